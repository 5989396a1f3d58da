// The help button, its dialog, the tour and the keys.
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
  const present = () => el.closest(".nnc")?.querySelector(".nnc-present")?.click();
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
