// The page around the dashboard: says that it is there, answers pings, and keeps its address up to date.
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
const xsrfForm = () => {
  const form = new FormData();
  form.append("_xsrf", document.cookie.match("\\b_xsrf=([^;]*)\\b")?.[1] ?? "");
  return form;
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

  const answer = (message) => {
    if ("ping" in message) model.send({ pong: message.ping });
    if ("top" in message) showTop(el.closest(".nnc"));
  };
  // The button that was pressed is hidden with its step: without a new place the keyboard would start over.
  const showTop = (dashboard) => {
    dashboard?.scrollIntoView({ block: "start" });
    if (document.activeElement === document.body || document.activeElement?.closest(".nnc-hidden")) {
      dashboard?.querySelector(".nnc-nav [aria-current]")?.focus({ preventScroll: true });
    }
  };
  // Voila would end the kernel with its page. A page that is loaded again in its tab ends the old one itself.
  const farewell = navigator.sendBeacon;
  const keepKernel = (url, ...rest) => {
    const isKept = model.get("keeps_kernel") && String(url).includes("voila/api/shutdown/");
    if (isKept && !model.get("goes_on")) left.leave(String(url));
    return isKept || farewell.call(navigator, url, ...rest);
  };
  if (isWebPage) {
    const url = left.take();
    if (url) farewell.call(navigator, url, xsrfForm());
    navigator.sendBeacon = keepKernel;
  }
  const writeAddress = () => {
    const query = model.get("query");
    if (isWebPage) history.replaceState(null, "", location.pathname + (query ? `?${query}` : ""));
  };

  const selectLink = ({ target }) => {
    if (target.matches?.(".nnc-share input")) target.select();
  };

  document.addEventListener("focusin", selectLink);
  model.on("msg:custom", answer);
  model.on("change:query", writeAddress);
  model.on("change:announcement", say);
  say();
  model.send({ ready: isWebPage ? location.origin + location.pathname : "" });
  return () => {
    if (navigator.sendBeacon === keepKernel) navigator.sendBeacon = farewell;
    document.removeEventListener("focusin", selectLink);
    model.off("msg:custom", answer);
    model.off("change:query", writeAddress);
    model.off("change:announcement", say);
  };
}

export default { render };
