// The page around the dashboard: says that it is there, answers pings, and keeps its address up to date. What it hears
// it also tells the script that watches the connection (connection.js), which the page of `nncompare serve` has.
// Where this tab has left a kernel that trains; a browser may keep no such notes.
const LEFT = "nnc-left-kernel";
const left = {
  leave(url) {
    try {
      sessionStorage.setItem(LEFT, url);
    } catch {
      /* then the kernel waits for its grace period */
    }
  },
  take() {
    try {
      const url = sessionStorage.getItem(LEFT);
      sessionStorage.removeItem(LEFT);
      return url;
    } catch {
      return null;
    }
  },
};
const tell = (what) => dispatchEvent(new Event(what));
const xsrfForm = () => {
  const form = new FormData();
  form.append("_xsrf", document.cookie.match("\\b_xsrf=([^;]*)\\b")?.[1] ?? "");
  return form;
};

// A notebook takes keys for commands ("x" cuts the cell), whatever has the focus in it. Those with Ctrl or Cmd are left
// to it, such as saving, but for those that edit a text.
const EDITING = new Set("acvxyzZ");
const keepKeys = (event) => {
  const isCommand = (event.ctrlKey || event.metaKey) && event.key.length === 1 && !EDITING.has(event.key);
  if (!isCommand) event.stopPropagation();
};

function render({ model, el }) {
  const voice = document.createElement("p");
  voice.className = "nnc-unseen";
  voice.setAttribute("role", "status");
  voice.setAttribute("aria-live", "polite");
  el.append(voice);
  const say = () => {
    voice.textContent = model.get("announcement");
  };
  const isWebPage = "voila" in document.body.dataset;
  const entitle = () => {
    if (isWebPage) document.title = model.get("title");
  };

  const answer = (message) => {
    if ("ping" in message) {
      model.send({ pong: message.ping });
      tell("nnc-heard");
    }
    if ("say" in message) voice.textContent = message.say;
    if ("step" in message) addStep(message.step);
    if ("top" in message) showTop(el.closest(".nnc"));
  };
  // The button that was pressed is hidden with its step: without a new place the keyboard would start over.
  const showTop = (dashboard) => {
    dashboard?.scrollIntoView({ block: "start" });
    if (document.activeElement === document.body || document.activeElement?.closest(".nnc-hidden")) {
      dashboard?.querySelector(".nnc-nav [aria-current]")?.focus({ preventScroll: true });
    }
  };
  const sayGoodbye = () => {
    try {
      model.send({ closing: true });
    } catch {
      /* the kernel was gone before */
    }
  };
  // Voila would end the kernel with its page. A page that is loaded again in its tab ends the old one itself.
  const farewell = navigator.sendBeacon;
  const keepKernel = (url, ...rest) => {
    const isKept = model.get("keeps_kernel") && String(url).includes("voila/api/shutdown/");
    if (isKept && !model.get("goes_on")) left.leave(String(url));
    if (isKept) sayGoodbye();
    return isKept || farewell.call(navigator, url, ...rest);
  };
  if (isWebPage) {
    const url = left.take();
    if (url) farewell.call(navigator, url, xsrfForm());
    navigator.sendBeacon = keepKernel;
  }
  const addressOf = (hash) => {
    const query = model.get("query");
    return location.pathname + (query ? `?${query}` : "") + hash;
  };
  const writeAddress = () => {
    if (isWebPage) history.replaceState(null, "", addressOf(location.hash));
  };
  // So the browser's Back goes to the step before, and a step can be linked to.
  const step = () => location.hash.slice(1);
  const addStep = (next) => {
    if (isWebPage && next !== step()) history.pushState(null, "", addressOf(`#${next}`));
  };
  const showStep = () => {
    if (isWebPage) model.send({ step: step() });
  };

  const noteRun = () => {
    if (isWebPage) document.body.dataset.nncRun = model.get("run");
  };
  const end = () => {
    if (model.get("is_over")) tell("nnc-ended");
  };
  const reconnect = () => {
    const kernel = model.widget_manager?.kernel;
    if (kernel?.isDisposed) tell("nnc-ended");
    else kernel?.reconnect().catch(() => {}); // another attempt follows
  };

  const onFocus = ({ target }) => {
    target.closest?.(".nnc")?.addEventListener("keydown", keepKeys); // once, however often
    if (target.matches?.(".nnc-share input")) target.select();
  };

  document.addEventListener("focusin", onFocus);
  addEventListener("popstate", showStep);
  addEventListener("nnc-reconnect", reconnect);
  model.on("msg:custom", answer);
  model.on("change:query", writeAddress);
  model.on("change:announcement", say);
  model.on("change:title", entitle);
  model.on("change:run", noteRun);
  model.on("change:is_over", end);
  say();
  entitle();
  noteRun();
  if (new URLSearchParams(location.search).has("run")) writeAddress(); // it is opened by now, and another may follow
  const isAtStep = isWebPage && step();
  model.send({ ready: isWebPage ? location.origin + location.pathname : "", ...(isAtStep && { step: step() }) });
  return () => {
    if (navigator.sendBeacon === keepKernel) navigator.sendBeacon = farewell;
    document.removeEventListener("focusin", onFocus);
    removeEventListener("popstate", showStep);
    removeEventListener("nnc-reconnect", reconnect);
    model.off("msg:custom", answer);
    model.off("change:query", writeAddress);
    model.off("change:announcement", say);
    model.off("change:title", entitle);
    model.off("change:run", noteRun);
    model.off("change:is_over", end);
  };
}

export default { render };
