// What the dots are coloured by, and the groups that this makes: each can be switched off, and is lit under the pointer.
const PARTS = ["both right", "only A right", "only B right", "both wrong"];
const BY = { class: "by class", right: "by who is right" };

export function makeMapLegend({ toggle, keys, all }, make, onChange) {
  const state = { by: "class", off: new Set(), lit: null };
  let points;

  const entries = () => {
    if (state.by === "class") return points.classes.map((words, group) => [group, words]);
    const [one] = points.names;
    const words = points.isAlone ? [`${one} right`, "", "", `${one} wrong`] : PARTS;
    const count = (part) => points.parts.filter((found) => found === part).length.toLocaleString("en");
    return words.flatMap((word, part) => (word ? [[part, `${word} ${count(part)}`]] : []));
  };
  const mark = () => {
    for (const button of keys.children)
      button.setAttribute("aria-pressed", !state.off.has(Number(button.dataset.group)));
    all.textContent = state.off.size ? "Show all" : "Hide all";
    onChange();
  };
  const draw = () => {
    for (const button of toggle.children) button.setAttribute("aria-pressed", button.dataset.by === state.by);
    const { group: focused } = keys.contains(document.activeElement) ? document.activeElement.dataset : {};
    keys.replaceChildren();
    for (const [group, words] of entries()) {
      const key = { type: "button", "data-group": group, "aria-pressed": true };
      const button = make("button", "nnc-imagemap-key", keys, key);
      const isCross = state.by !== "class" && group === WRONG;
      const dot = make("i", isCross ? "nnc-imagemap-cross" : "", button);
      dot.style.setProperty("--dot", `var(${inkOf(state.by, group)})`);
      button.append(words);
    }
    if (focused !== undefined) keys.querySelector(`[data-group="${focused}"]`)?.focus();
    mark();
  };

  for (const [by, words] of Object.entries(BY))
    make("button", "", toggle, { type: "button", "data-by": by }).textContent = words;
  toggle.addEventListener("click", ({ target: { dataset } }) => {
    if (!dataset.by) return;
    Object.assign(state, { by: dataset.by, off: new Set(), lit: null });
    draw();
  });

  const groupAt = (target) => target.closest?.("[data-group]")?.dataset.group;
  keys.addEventListener("click", ({ target }) => {
    const group = groupAt(target);
    if (group === undefined) return;
    if (!state.off.delete(Number(group))) state.off.add(Number(group));
    state.lit = null;
    mark();
  });
  all.addEventListener("click", () => {
    state.off = new Set(state.off.size ? [] : entries().map(([one]) => one));
    mark();
  });
  const light = (group) => {
    const isOne = group !== undefined && !state.off.has(Number(group));
    const lit = isOne ? Number(group) : null;
    if (lit === state.lit) return;
    state.lit = lit;
    onChange();
  };
  keys.addEventListener("pointerover", ({ target, pointerType }) => pointerType !== "touch" && light(groupAt(target)));
  keys.addEventListener("pointerleave", () => light(undefined));

  return {
    state,
    groups: () => (state.by === "class" ? points.labels : points.parts),
    show: (found) => {
      points = found;
      draw();
    },
  };
}
