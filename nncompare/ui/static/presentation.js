// The presentation mode of the page: a class of the dashboard, which the style sheets know.
const MODE = "nnc-presenting";
// The steps that have a layout for it.
const PRESENTED = ".nnc-step:not(.nnc-hidden):is(.nnc-training, .nnc-explore, :has(> .nnc-predictions))";

function render({ el }) {
  const isWebPage = "voila" in document.body.dataset;
  const dashboard = () => el.closest(".nnc");
  const isOn = () => dashboard()?.classList.contains(MODE) ?? false;

  const button = document.createElement("button");
  button.type = "button";
  button.className = "nnc-present";
  button.title = "Presentation mode (p)";
  button.setAttribute("aria-label", "Presentation mode");
  button.setAttribute("aria-pressed", "false");

  const set = (isWanted) => {
    const found = dashboard();
    if (!found || isWanted === isOn()) return;
    found.classList.toggle(MODE, isWanted);
    button.setAttribute("aria-pressed", String(isWanted));
    button.title = isWanted ? "Leave the presentation mode (Escape)" : "Presentation mode (p)";
    if (isWanted && !found.querySelector(PRESENTED)) found.querySelector('.nnc-nav [data-pick="Training"]')?.click();
    // In a notebook the dashboard is one of many things; on a page of its own it has the window already.
    if (isWanted && !isWebPage) {
      button.focus({ preventScroll: true }); // a notebook gives the dashboard its keys only where it has the focus
      found.requestFullscreen?.().catch(() => {});
    }
    if (!isWanted && document.fullscreenElement === found) document.exitFullscreen();
  };

  const onKey = (event) => {
    const isInside = isWebPage || dashboard()?.contains(event.target) || document.fullscreenElement === dashboard();
    if (event.key !== "Escape" || !isInside || !isOn() || document.querySelector("dialog[open]")) return;
    event.stopPropagation();
    set(false);
  };
  const onFullscreen = () => {
    if (!document.fullscreenElement && !isWebPage) set(false);
  };

  button.addEventListener("click", () => set(!isOn()));
  el.append(button);
  document.addEventListener("keydown", onKey, true); // before a notebook takes the key
  document.addEventListener("fullscreenchange", onFullscreen);
  return () => {
    document.removeEventListener("keydown", onKey, true);
    document.removeEventListener("fullscreenchange", onFullscreen);
  };
}

export default { render };
