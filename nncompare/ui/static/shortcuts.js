// Obeys the keys of the dashboard, but not while somebody types, or chooses with letters. In a notebook it does so only
// where the dashboard has the focus, and then the notebook does not get them.
const TYPING = "input:not([type=checkbox], [type=radio], [type=range]), select, textarea, [contenteditable]";

export function obeyKeys(model, el, act) {
  const isMeant = (target) => {
    const dashboard = el.closest(".nnc");
    if (!dashboard || dashboard.closest("[inert]") || target.closest?.(TYPING)) return false;
    return dashboard.contains(target) || ("voila" in document.body.dataset && target === document.body);
  };
  const onKey = (event) => {
    const action = model.get("shortcuts")[event.key];
    const isCommand = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat;
    if (!action || isCommand || !isMeant(event.target) || el.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopPropagation();
    act(action);
  };
  document.addEventListener("keydown", onKey, true);
  return () => document.removeEventListener("keydown", onKey, true);
}
