// The filters and maps of one network: of each kind as many as fit into its frame, each a button with its picture, which
// is cut out of one large one. One of them has a place in the tab order; the arrow keys lead to the others.
const LARGE = { cell: 42, across: 4, down: 4 };
const SMALL = { cell: 28, across: 4, down: 2 };

function render({ model, el }) {
  const sprites = {};
  const current = {}; // the channel of each frame that has its place in the tab order: its page is shown
  const frames = () => [...el.querySelectorAll("[data-block]")];
  const numberOf = (frame, name) => Number(frame.dataset[name]);
  const gridOf = (frame) => frame.querySelector(".nnc-inside-grid");

  // Whole multiples of a pixel look alike everywhere. A and B have the same size: that in which the wider one fits, if any.
  const layoutOf = (frame) => {
    const { clientWidth, clientHeight } = gridOf(frame);
    const scale = Number(getComputedStyle(frame).getPropertyValue("--nnc-inside-scale") || 1);
    const side = numberOf(frame, "side");
    const fit = ({ cell, across, down }) => {
      const size = side * Math.floor((scale * cell) / side);
      const along = (length, gap) => Math.max(1, Math.floor((length + gap) / (size + gap)));
      const columns = along(clientWidth, across);
      return { size, gap: `${down}px ${across}px`, columns, page: columns * along(clientHeight, down) };
    };
    const large = fit(LARGE);
    return large.page >= numberOf(frame, "most") ? large : fit(SMALL);
  };

  const buttonsOf = (grid, count) => {
    while (grid.childElementCount > count) grid.lastElementChild.remove();
    while (grid.childElementCount < count) {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-haspopup", "dialog");
      button.append(document.createElement("canvas"));
      grid.append(button);
    }
    return [...grid.children];
  };

  const paint = (frame, canvas, channel) => {
    const sprite = sprites[frame.dataset.sprite];
    const [side, columns, top] = ["side", "columns", "top"].map((name) => numberOf(frame, name));
    if (canvas.width !== side) canvas.width = canvas.height = side;
    if (!sprite) return;
    const [left, row] = [side * (channel % columns), top + side * Math.floor(channel / columns)];
    canvas.getContext("2d").drawImage(sprite, left, row, side, side, 0, 0, side, side);
  };

  const draw = (frame) => {
    const grid = gridOf(frame);
    if (!grid.clientWidth) return; // not on the screen
    const { size, gap, columns, page } = layoutOf(frame);
    const [block, count] = [numberOf(frame, "block"), numberOf(frame, "count")];
    current[block] = Math.min(current[block] ?? 0, count - 1);
    const first = page * Math.floor(current[block] / page);
    const shown = Math.min(page, count - first);
    grid.style.cssText = `--cell:${size}px;--gap:${gap};--columns:${columns}`;
    frame.dataset.across = columns;
    frame.dataset.page = page;
    buttonsOf(grid, shown).forEach((button, place) => {
      const channel = first + place;
      button.dataset.channel = channel;
      button.tabIndex = channel === current[block] ? 0 : -1;
      button.title = `${frame.dataset.label} ${(channel + 1).toLocaleString("en")} of ${count.toLocaleString("en")}`;
      button.setAttribute("aria-label", button.title);
      paint(frame, button.firstChild, channel);
    });
    showPages(frame, first, shown, count, page);
  };

  const showPages = (frame, first, shown, count, page) => {
    const pages = frame.querySelector(".nnc-inside-pages");
    const [back, on] = pages.querySelectorAll("button");
    pages.classList.toggle("nnc-inside-one", count <= page);
    pages.querySelector("small").textContent = `${first + 1}–${first + shown}`;
    // A button that is disabled would lose the focus.
    back.setAttribute("aria-disabled", first === 0);
    on.setAttribute("aria-disabled", first + shown >= count);
  };
  const drawAll = () => frames().forEach(draw);

  const go = (frame, channel) => {
    current[numberOf(frame, "block")] = Math.max(0, Math.min(channel, numberOf(frame, "count") - 1));
    draw(frame);
  };
  const turn = (frame, step) => {
    const page = numberOf(frame, "page");
    go(frame, page * (Math.floor(current[numberOf(frame, "block")] / page) + step));
  };

  const MOVES = {
    ArrowRight: () => 1,
    ArrowLeft: () => -1,
    ArrowDown: (frame) => numberOf(frame, "across"),
    ArrowUp: (frame) => -numberOf(frame, "across"),
    PageDown: (frame) => numberOf(frame, "page"),
    PageUp: (frame) => -numberOf(frame, "page"),
    Home: () => -Infinity,
    End: () => Infinity,
  };
  const onKey = (event) => {
    const button = event.target.closest("[data-channel]");
    if (!button || !(event.key in MOVES)) return;
    event.preventDefault();
    const frame = button.closest("[data-block]");
    go(frame, Number(button.dataset.channel) + MOVES[event.key](frame));
    gridOf(frame).querySelector('[tabindex="0"]').focus();
  };
  const onClick = ({ target }) => {
    const frame = target.closest("[data-block]");
    const map = target.closest("[data-channel]");
    const turning = target.closest('[data-turn][aria-disabled="false"]');
    if (turning) turn(frame, Number(turning.dataset.turn));
    if (!map) return;
    go(frame, Number(map.dataset.channel));
    model.send({ frame: numberOf(frame, "block"), channel: Number(map.dataset.channel) });
  };

  let drawn;
  let reads = 0;
  const read = async () => {
    const mine = ++reads;
    const names = ["maps", "filters"].filter((name) => model.get(name)?.byteLength);
    const found = await Promise.all(names.map((name) => createImageBitmap(new Blob([model.get(name)]))));
    if (mine !== reads) return; // newer ones are on their way
    for (const [index, name] of names.entries()) sprites[name] = found[index];
    if (drawn !== model.get("html")) {
      drawn = model.get("html");
      el.innerHTML = drawn;
      watcher.disconnect();
      for (const frame of frames()) watcher.observe(gridOf(frame));
    }
    drawAll();
  };
  const watcher = new ResizeObserver((found) => {
    for (const { target } of found) draw(target.closest("[data-block]"));
  });

  el.addEventListener("keydown", onKey);
  el.addEventListener("click", onClick);
  model.on("change", read); // once, when all of them are there
  read();
  return () => {
    watcher.disconnect();
    model.off("change", read);
  };
}

export default { render };
