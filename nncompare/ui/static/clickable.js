// Shows HTML and reports which element with a data-pick attribute was chosen, by mouse or keyboard.
function render({ model, el }) {
  const find = (pick) => el.querySelector(`[data-pick="${CSS.escape(pick)}"]`);

  // What had the focus may be gone: then a field that asks for it, or the first button of the same place.
  const heirOf = (gone) => {
    const { place } = gone.closest("[data-place]")?.dataset ?? {};
    const same = gone.dataset.pick !== undefined && find(gone.dataset.pick);
    const first = () => place && el.querySelector(`[data-place="${CSS.escape(place)}"] [data-pick]:not(:disabled)`);
    return same || el.querySelector("[autofocus]") || first();
  };

  let drawn;
  let isPressed = false; // what is pressed must still be there when it is released
  const press = () => {
    isPressed = true;
  };
  const release = () =>
    setTimeout(() => {
      isPressed = false;
      draw();
    });
  const draw = () => {
    if (isPressed || drawn === model.get("html")) return;
    drawn = model.get("html");
    const focused = el.contains(document.activeElement) ? document.activeElement : undefined;
    el.innerHTML = drawn;
    if (focused) heirOf(focused)?.focus({ preventScroll: true });
  };

  const choose = (item) => {
    if (!item || item.disabled) return;
    model.send({ pick: item.dataset.pick });
    const place = item.closest("[data-shows]")?.dataset.shows; // what changes may be out of sight
    if (place) el.closest(".nnc")?.querySelector(place)?.scrollIntoView({ block: "nearest" });
  };

  // What cannot be read on a small cell stands in a line that is kept for it.
  const tell = ({ target }) => {
    const line = el.querySelector(".nnc-label-line");
    const label = target.closest?.("[data-pick][aria-label]")?.getAttribute("aria-label");
    if (line && label) line.textContent = label;
  };

  // Outside of what is drawn again, which would take it away.
  const open = (html) => {
    const dialog = document.createElement("dialog");
    const pick = document.activeElement?.dataset.pick;
    dialog.className = "nnc-dialog";
    dialog.innerHTML = html;
    dialog.setAttribute("aria-label", dialog.querySelector("h3")?.textContent ?? "");
    dialog.addEventListener("click", ({ target }) => {
      const { pick: picked } = target.closest("[data-pick]")?.dataset ?? {};
      if (picked !== undefined) model.send({ pick: picked });
      if (picked !== undefined || target === dialog || target.closest("[data-close]")) dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (pick !== undefined) find(pick)?.focus();
    });
    (el.closest(".nnc") ?? document.body).append(dialog);
    dialog.showModal();
  };

  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  el.addEventListener("click", (event) => choose(event.target.closest("[data-pick]")));
  const move = { ArrowRight: [0, 1], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowUp: [-1, 0] };
  const moveInTable = (event) => {
    const cell = event.target.closest("table:not(.nnc-pasts) td");
    if (!cell || !(event.key in move)) return;
    event.preventDefault();
    const [down, across] = move[event.key];
    const rows = cell.closest("tbody").rows;
    const next =
      rows[cell.parentElement.sectionRowIndex + down]?.cells[cell.cellIndex + across]?.querySelector("[data-pick]");
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
  el.addEventListener("keydown", moveInTable);
  el.addEventListener("keydown", (event) => {
    const group = event.target.closest('[role="radiogroup"]');
    if (!group || !(event.key in step)) return;
    event.preventDefault();
    const items = [...group.querySelectorAll("[data-pick]")];
    const next = items[(items.indexOf(event.target) + step[event.key] + items.length) % items.length];
    next.focus();
    choose(next);
  });

  el.addEventListener("submit", (event) => {
    event.preventDefault();
    const { form } = event.target.dataset;
    if (form) model.send({ form, fields: Object.fromEntries(new FormData(event.target)) });
  });

  const onMessage = (message, buffers) => {
    if (message.dialog) open(message.dialog);
    if (message.download) save(message.download, buffers);
  };
  const save = (download, buffers) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(buffers, { type: download.type }));
    link.download = download.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it after the click
  };

  el.addEventListener("pointerdown", press);
  el.addEventListener("pointerover", tell);
  el.addEventListener("focusin", tell);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, release);
  model.on("change:html", draw);
  model.on("msg:custom", onMessage);
  draw();
  return () => {
    for (const end of ["pointerup", "pointercancel"]) removeEventListener(end, release);
    model.off("change:html", draw);
    model.off("msg:custom", onMessage);
  };
}

export default { render };
