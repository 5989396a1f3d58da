// Tells screen readers what the page shows: whose form a field is in, which note belongs to it, and whether it is wrong.
// ipywidgets makes these elements, and has no way to say so. All of it is found by classes, in the step that this is in.
const idOf = (found) => {
  found.id ||= `nnc-${Math.random().toString(36).slice(2)}`;
  return found.id;
};
const set = (found, name, value) => {
  if (found.getAttribute(name) !== value) found.setAttribute(name, value);
};
const tieField = (field) => {
  const control = field.querySelector("input, select");
  const note = field.querySelector(".nnc-note");
  if (!control || !note) return;
  set(control, "aria-describedby", idOf(note));
  set(control, "aria-invalid", String(field.querySelector(".nnc-invalid") !== null));
};
const tieForm = (form) => {
  const heading = form.querySelector("h3");
  if (!heading) return;
  set(form, "role", "group");
  set(form, "aria-labelledby", idOf(heading));
};

function render({ el }) {
  let step;
  const tie = () => {
    if (!step) find();
    step?.querySelectorAll(".nnc-field").forEach(tieField);
    step?.querySelectorAll(".nnc-form").forEach(tieForm);
  };
  const watcher = new MutationObserver(tie);
  const find = () => {
    step = el.closest(".nnc-step");
    if (!step) return;
    watcher.disconnect();
    watcher.observe(step, { attributeFilter: ["class"], childList: true, subtree: true });
  };
  watcher.observe(document.body, { childList: true, subtree: true }); // until it is on the page itself
  tie();
  return () => watcher.disconnect();
}

export default { render };
