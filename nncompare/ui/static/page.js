// The page around the dashboard: says that it is there, answers pings, and keeps its address up to date. What it hears
// it also tells the script that watches the connection (connection.js), which the page of `nncompare serve` has.
const LOOKS = 60;
const tell = (what) => dispatchEvent(new Event(what));

// A notebook takes keys for commands ("x" cuts the cell), whatever has the focus in it. Those with Ctrl or Cmd are left
// to it, such as saving, but for those that edit a text.
const EDITING = new Set("acvxyzZ");
const keepKeys = (event) => {
  const isCommand = (event.ctrlKey || event.metaKey) && event.key.length === 1 && !EDITING.has(event.key);
  if (!isCommand) event.stopPropagation();
};

function render({ model, el }) {
  const addVoice = () => {
    const voice = document.createElement("p");
    voice.className = "nnc-unseen";
    voice.setAttribute("role", "status");
    voice.setAttribute("aria-live", "polite");
    el.append(voice);
    return voice;
  };
  const [voice, other] = [addVoice(), addVoice()]; // of the training, and of the step that is looked at
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
    if ("say" in message) other.textContent = message.say;
    if ("top" in message) other.textContent = "";
    if ("step" in message) addStep(message.step);
    if ("top" in message) showTop(el.closest(".nnc"));
    if ("focus" in message) focusOn(message.focus);
  };
  // The button that was pressed is hidden with its step: without a new place the keyboard would start over.
  const showTop = (dashboard) => {
    dashboard?.scrollIntoView({ block: "start" });
    dashboard?.scrollTo(0, 0); // it scrolls by itself where it has the whole screen
    const focused = document.activeElement;
    if ([document.body, dashboard].includes(focused) || focused?.closest(".nnc-hidden")) {
      dashboard?.querySelector(".nnc-nav [aria-current]")?.focus({ preventScroll: true });
    }
  };
  // What is to have the focus may be on its way to be shown.
  const focusOn = (css, looks = LOOKS) => {
    const found = [...el.closest(".nnc").querySelectorAll(css)].find((one) => one.getClientRects().length);
    if (found) found.focus();
    else if (looks) requestAnimationFrame(() => focusOn(css, looks - 1));
  };
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

  const onClick = async ({ target }) => {
    const button = target.closest?.("[data-copy]");
    if (button) voice.textContent = await copyBeside(button);
  };
  // What takes no focus gives it to the dashboard: or the notebook would take the next key for a command of its own.
  const onPress = ({ target }) => {
    const dashboard = target.closest?.(".nnc");
    if (dashboard) dashboard.tabIndex = -1;
  };
  const onFocus = ({ target }) => {
    target.closest?.(".nnc")?.addEventListener("keydown", keepKeys); // once, however often
    if (target.matches?.(".nnc-share input")) target.select();
  };

  const endings = [watchKernel(model, el, isWebPage), ...(isWebPage ? [takeLeave(model)] : [])];
  const leaving = new AbortController();
  const { signal } = leaving;
  document.addEventListener("click", onClick, { signal });
  if (!isWebPage) document.addEventListener("pointerdown", onPress, { capture: true, signal });
  document.addEventListener("focusin", onFocus, { signal });
  addEventListener("popstate", showStep, { signal });
  addEventListener("nnc-reconnect", reconnect, { signal });
  const told = Object.entries({
    "msg:custom": answer,
    "change:query": writeAddress,
    "change:announcement": say,
    "change:title": entitle,
    "change:run": noteRun,
    "change:is_over": end,
  });
  for (const [what, act] of told) model.on(what, act);
  say();
  entitle();
  noteRun();
  if (new URLSearchParams(location.search).has("run")) writeAddress(); // it is opened by now, and another may follow
  const isAtStep = isWebPage && step();
  model.send({ ready: isWebPage ? location.origin + location.pathname : "", ...(isAtStep && { step: step() }) });
  return () => {
    for (const stop of endings) stop();
    leaving.abort();
    for (const [what, act] of told) model.off(what, act);
  };
}

export default { render };
