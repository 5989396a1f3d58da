// The help button, its dialog, the tour and the keys.
const MODE = "nnc-presenting";

function render({ model, el }) {
  el.innerHTML = model.get("html");
  const opener = el.querySelector(".nnc-help-button");
  const dialog = el.querySelector("dialog");

  const tour = makeTour(
    model,
    el,
    (step) => model.send({ action: `go:${step}` }),
    () => opener.focus({ preventScroll: true }),
  );
  // The mode may have a button with a script of its own, which hears the key as well.
  const present = () => {
    const dashboard = el.closest(".nnc");
    const isOn = () => dashboard?.classList.contains(MODE);
    const before = isOn();
    setTimeout(() => {
      if (isOn() !== before) return;
      const button = dashboard?.querySelector(".nnc-present");
      if (button) button.click();
      else dashboard?.classList.toggle(MODE);
    });
  };
  const act = (action) => {
    if (action === "help") dialog.showModal();
    else if (action === "present") present();
    else model.send({ action });
  };
  const onClick = ({ target }) => {
    const { do: what } = target.closest("[data-do]")?.dataset ?? {};
    if (what) dialog.close();
    if (what === "tour") tour.begin(true);
  };

  opener.addEventListener("click", () => act("help"));
  dialog.addEventListener("click", onClick);
  const ignoreKeys = obeyKeys(model, el, act);
  tour.beginOnFirstVisit();
  return () => {
    tour.close();
    ignoreKeys();
  };
}

export default { render };
