// Shows a few buttons, and reports which was pressed by the action that was read on it. A place keeps its button while
// the word on it changes, so the keyboard stays where it is; after such a change the button takes no click for a moment,
// as it was meant for the word before.
const MOMENT_MS = 500;

function render({ model, el }) {
  const places = [];

  const press = (button) => {
    if (button.getAttribute("aria-disabled") !== "true") model.send({ press: button.dataset.action });
  };

  // Not `disabled`, with which a browser takes the focus away.
  const setOff = (button) => {
    button.setAttribute("aria-disabled", String(Boolean(button.isOff || button.isGuarded)));
  };

  const guard = (button) => {
    button.isGuarded = true;
    clearTimeout(button.guard);
    button.guard = setTimeout(() => {
      button.isGuarded = false;
      setOff(button);
    }, MOMENT_MS);
  };

  const make = () => {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => press(button));
    el.append(button);
    return button;
  };

  const fill = (button, { action, words, label, is_off, is_strong }) => {
    if (button.dataset.action && button.dataset.action !== action) guard(button);
    button.dataset.action = action;
    button.textContent = words;
    if (label) button.setAttribute("aria-label", label);
    else button.removeAttribute("aria-label");
    button.title = words ? "" : label;
    button.className = `nnc-button nnc-action-${action}${is_strong ? " nnc-strong" : ""}${words ? "" : " nnc-small"}`;
    button.classList.toggle("nnc-off", is_off);
    button.isOff = is_off;
    setOff(button);
  };

  // Where the button that had the focus goes, the keyboard goes on at the one that is left.
  const leave = (button) => {
    const hadFocus = button === document.activeElement;
    button.hidden = true;
    if (!hadFocus) return;
    const left =
      places.find((other) => !other.hidden) ?? el.closest(".nnc")?.querySelector(".nnc-strong:not([hidden])");
    left?.focus({ preventScroll: true });
  };

  const draw = () => {
    const wanted = model.get("buttons");
    while (places.length < wanted.length) places.push(make());
    const gone = places.filter((_, place) => !wanted[place]?.action);
    places.forEach((button, place) => {
      if (gone.includes(button)) return;
      if (button.hidden) guard(button); // another one may have been here
      button.hidden = false;
      fill(button, wanted[place]);
    });
    gone.forEach(leave);
  };

  model.on("change:buttons", draw);
  draw();
  return () => model.off("change:buttons", draw);
}

export default { render };
