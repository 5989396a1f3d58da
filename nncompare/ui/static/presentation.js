// The presentation mode of the page: a class of the dashboard, which the style sheets know.
const MODE = "nnc-presenting";
// A touch board has no keys: what one presents with is on the screen.
const CONTROLS = { back: "The step before", on: "The next step", train: "Train, pause or resume both models" };
const TRAIN = ".nnc-go :is(.nnc-action-train, .nnc-action-pause, .nnc-action-resume), .nnc-further .nnc-action-train";

function makeButton(kind, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `nnc-present ${kind}`;
  button.title = label;
  button.setAttribute("aria-label", label);
  return button;
}

function render({ el }) {
  const isWebPage = "voila" in document.body.dataset;
  const dashboard = () => el.closest(".nnc");
  const isOn = () => dashboard()?.classList.contains(MODE) ?? false;

  const button = makeButton("", "Presentation mode");
  button.title = "Presentation mode (p)";
  button.setAttribute("aria-pressed", "false");
  const controls = Object.entries(CONTROLS).map(([what, label]) => {
    const control = makeButton(`nnc-present-${what}`, label);
    control.addEventListener("click", () => act(what));
    control.hidden = true;
    return control;
  });

  const act = (what) => {
    const steps = [...dashboard().querySelectorAll(".nnc-nav [data-pick]")];
    const by = { back: steps.length - 1, on: 1 }[what];
    if (by) steps[(steps.findIndex((step) => step.ariaCurrent) + by) % steps.length].click();
    else {
      steps.find(({ dataset }) => dataset.pick === "Training").click();
      dashboard().querySelector(`:is(${TRAIN}):not([hidden])`)?.click();
    }
  };
  const set = (isWanted) => {
    const found = dashboard();
    if (!found || isWanted === isOn()) return;
    found.classList.toggle(MODE, isWanted);
    button.setAttribute("aria-pressed", String(isWanted));
    button.title = isWanted ? "Leave the presentation mode (Escape)" : "Presentation mode (p)";
    for (const control of controls) control.hidden = !isWanted;
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
  el.append(button, ...controls);
  document.addEventListener("keydown", onKey, true); // before a notebook takes the key
  document.addEventListener("fullscreenchange", onFullscreen);
  return () => {
    document.removeEventListener("keydown", onKey, true);
    document.removeEventListener("fullscreenchange", onFullscreen);
  };
}

export default { render };
