// A chart that the kernel draws at the size of its card; over it the names of its lines as buttons, and the crosshair.
const WAIT = 150; // ms: the size is told once it holds still
const NEAR = 5; // px: a mark that is so near is meant
const make = (tag, css, parent, attributes = {}) => {
  const made = document.createElement(tag);
  if (css) made.className = css;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent?.append(made);
  return made;
};
const brief = (value) => {
  if (value && (value < 1e-3 || value >= 1000)) return value.toExponential(1).replace("+", "").slice(0, 6);
  return value.toFixed(Math.max(0, Math.min(3, 5 - value.toFixed(0).length)));
};
const percent = (value) => `${(100 * value).toFixed(1)}%`;

// A few words are buttons side by side; more of them are a menu, or the title row would need a second line.
const makeChoice = (model, head) => {
  const [name, options] = [model.get("choice"), model.get("options")];
  const isMenu = options.length > 2;
  const choice = make(
    "div",
    isMenu ? "nnc-chart-menu" : "nnc-chart-choice",
    head,
    isMenu ? {} : { role: "radiogroup" },
  );
  if (isMenu) make("span", "", choice, { "aria-hidden": "true" }).textContent = "over";
  else choice.setAttribute("aria-label", name);
  const menu = isMenu ? make("select", "", choice, { "aria-label": name }) : null;
  for (const [value, words] of options) {
    const kind = isMenu ? { value } : { type: "button", role: "radio", "data-value": value };
    make(isMenu ? "option" : "button", "", menu ?? choice, kind).textContent = words;
  }
  return { choice, menu };
};

function render({ model, el }) {
  const head = make("div", "nnc-chart-head", el);
  make("h3", "", head).textContent = model.get("title");
  const key = make("p", "nnc-chart-key", head);
  for (const [pen, words] of model.get("key")) {
    make("span", `nnc-chart-pen nnc-pen-${pen}`, key, { "data-pen": pen }).textContent = words;
  }
  const { choice, menu } = makeChoice(model, head);
  const note = make("p", "nnc-chart-note", el);
  const plot = make("div", "nnc-chart-plot", el, { tabindex: 0, role: "group" });
  plot.setAttribute("aria-label", `${model.get("title")}: values at one place, with the arrow keys`);
  const drawing = make("div", "nnc-chart-drawing", plot);
  const names = make("div", "", plot);
  const cross = make("div", "nnc-chart-cross", plot, { hidden: "" });
  const spots = make("div", "", plot);
  const readout = make("table", "nnc-chart-readout", plot, { hidden: "", "aria-hidden": "true" });
  const spoken = make("p", "nnc-unseen", el, { "aria-live": "polite" });
  const write = model.get("is_share") ? percent : brief;
  let data;
  let taken; // places in pixels where there is something to read
  let place = null; // of the crosshair, in the units of the x axis

  // what the kernel has drawn

  const draw = () => {
    data = model.get("readout");
    drawing.innerHTML = model.get("value");
    note.textContent = model.get("note");
    drawNames();
    for (const entry of key.children) entry.classList.toggle("nnc-undrawn", !data.pens?.includes(entry.dataset.pen));
    taken = findTaken();
    drawCross();
  };
  const drawNames = () => {
    const wanted = data.names ?? {};
    for (const button of [...names.children]) if (!(button.dataset.line in wanted)) button.remove();
    for (const [index, [line, [top, isOn]]] of Object.entries(wanted).entries()) {
      const button = names.querySelector(`[data-line="${line}"]`) ?? make("button", "nnc-chart-line");
      if (names.children[index] !== button) names.insertBefore(button, names.children[index] ?? null);
      button.type = "button";
      button.dataset.line = line;
      button.title = isOn ? "Take this line away" : "Show this line";
      button.setAttribute("aria-label", line);
      button.setAttribute("aria-pressed", isOn);
      button.style.left = `${data.plot[2] + 12}px`;
      button.style.top = `${top}px`;
    }
  };
  names.addEventListener("click", ({ target }) => model.send({ line: target.dataset.line }));

  const drawChoice = () => {
    const chosen = model.get("chosen");
    if (menu) menu.value = chosen;
    for (const radio of choice.querySelectorAll('[role="radio"]')) {
      radio.setAttribute("aria-checked", radio.dataset.value === chosen);
      radio.tabIndex = radio.dataset.value === chosen ? 0 : -1;
    }
  };
  const choose = (value) => value && model.send({ choose: value });
  choice.addEventListener("change", ({ target }) => choose(target.value));
  choice.addEventListener("click", ({ target }) => choose(target.dataset.value));
  choice.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || menu) return;
    event.preventDefault();
    const radios = [...choice.children];
    const next = radios[(radios.indexOf(event.target) + step + radios.length) % radios.length];
    next.focus();
    choose(next.dataset.value);
  });

  // the crosshair

  const across = (x) => data.plot[0] + ((data.plot[2] - data.plot[0]) * x) / data.x_end;
  const down = (value) => {
    const [low, high] = data.y;
    const share = ((data.is_log ? Math.log10(Math.max(value, 1e-300)) : value) - low) / (high - low);
    return data.plot[3] - (data.plot[3] - data.plot[1]) * Math.min(1, Math.max(0, share));
  };
  // The value of a line at a place: of all test images where they were measured, else on the line or as it was last.
  const valueAt = (line, x) => {
    const [xs, ys] = data.lines[line] ?? [[], []];
    const [ends, values] = data.whole[line] ?? [[], []];
    const whole = ends.findIndex((end) => Math.abs(end - x) <= 1e-5 * data.x_end);
    if (whole >= 0) return { y: values[whole], isWhole: true };
    const after = xs.findIndex((one) => one >= x);
    const last = Math.max(xs.at(-1) ?? 0, ends.at(-1) ?? 0);
    if (!xs.length || x < xs[0] || (after < 0 && x > last * 1.00001)) return null;
    if (after < 0) return { y: ys.at(-1) };
    if (after === 0) return { y: ys[0] };
    const share = (x - xs[after - 1]) / (xs[after] - xs[after - 1] || 1);
    return { y: ys[after - 1] + share * (ys[after] - ys[after - 1]) };
  };
  const wordsAt = (x) => {
    const count = x.toLocaleString("en", { maximumFractionDigits: data.unit === "seconds" ? 1 : 0 });
    return data.unit === "epochs" ? `epoch ${x.toFixed(2)}` : `${count} ${data.unit}`;
  };
  const drawCross = () => {
    const isShown = place !== null && data.x_end > 0 && Object.keys(data.lines).length > 0;
    cross.hidden = readout.hidden = !isShown;
    spots.replaceChildren();
    if (!isShown) return;
    const x = Math.min(place, data.x_end);
    Object.assign(cross.style, { left: `${across(x)}px`, top: `${data.plot[1]}px` });
    cross.style.height = `${data.plot[3] - data.plot[1]}px`;
    const rows = valuesAt(x);
    for (const { name, values } of rows) {
      for (const value of values.filter(Boolean)) {
        const spot = make("i", `nnc-chart-spot nnc-${name.toLowerCase()}`, spots);
        Object.assign(spot.style, { left: `${across(x)}px`, top: `${down(value.y)}px` });
      }
    }
    fill(x, rows);
    lay(x);
  };
  const valuesAt = (x) => {
    const models = [...new Set(Object.keys(data.names).map((line) => line.split(" ")[0]))];
    return models.map((name) => ({ name, values: ["train", "test"].map((split) => valueAt(`${name} ${split}`, x)) }));
  };
  const text = (value) => (value ? `${value.isWhole ? "◆ " : ""}${write(value.y)}` : "–");
  const fill = (x, rows) => {
    readout.replaceChildren();
    const heading = make("tr", "", readout);
    for (const words of [wordsAt(x), "train", "test"]) make("th", "", heading).textContent = words;
    for (const { name, values } of rows) {
      const row = make("tr", `nnc-${name.toLowerCase()}`, readout);
      make("th", "", row).textContent = name;
      for (const value of values) make("td", "", row).textContent = text(value);
    }
  };
  // Beside the crosshair and within the plot where it has room for that, and where it covers least of lines and names.
  const lay = (x) => {
    const [left, top, right, bottom] = data.plot;
    const { offsetWidth: width, offsetHeight: height } = readout;
    const inside = (low, high) =>
      [across(x) + 12, across(x) - 12 - width].filter((start) => start >= low && start + width <= high);
    const sides = [inside(left, right), inside(0, plot.clientWidth), [plot.clientWidth - width]];
    const starts = sides.find((found) => found.length);
    const tops = [top + 6, Math.max(0, bottom - height - 6)];
    const covered = ([start, high]) =>
      taken.filter(([x, y]) => x > start - 4 && x < start + width + 4 && y > high - 4 && y < high + height + 4).length;
    const places = starts.flatMap((start) => tops.map((high) => [start, high]));
    const [start, high] = places.reduce((best, one) => (covered(one) < covered(best) ? one : best));
    Object.assign(readout.style, { left: `${start}px`, top: `${high}px` });
  };
  const findTaken = () => {
    const lines = Object.values(data.lines ?? {}).flatMap(([xs, ys]) => xs.map((x, i) => [across(x), down(ys[i])]));
    const words = Object.values(data.names ?? {}).flatMap(([y]) => [20, 60].map((x) => [data.plot[2] + x, y]));
    return [...lines, ...words];
  };
  const speak = () => {
    const said = ({ name, values }) => {
      const [train, test] = values.map((value) => (value ? write(value.y) : "none yet"));
      return `${name}: training ${train}, ${values[1]?.isWhole ? "all test images" : "test"} ${test}.`;
    };
    spoken.textContent = place === null ? "" : `${wordsAt(place)}. ${valuesAt(place).map(said).join(" ")}`;
  };

  // One crosshair for all charts of a page: each tells the others where it is.
  const charts = () => el.closest(".nnc-charts");
  const move = (x) => {
    (charts() ?? el).dispatchEvent(new CustomEvent("nnc-cross", { detail: x, bubbles: true }));
  };
  const follow = (event) => {
    if (event.target !== (charts() ?? el)) return;
    place = event.detail;
    if (place === null) spoken.textContent = ""; // what was read out is over, and may be true no longer
    drawCross();
  };
  document.addEventListener("nnc-cross", follow);

  const point = (event) => {
    const [left, , right] = data.plot ?? [];
    const x = event.clientX - plot.getBoundingClientRect().left;
    if (!(x >= left - NEAR && x <= right + NEAR)) {
      if (event.pointerType === "mouse") move(null);
      return;
    }
    const marks = Object.values(data.whole).flatMap(([ends]) => ends);
    const near = marks.find((end) => Math.abs(across(end) - x) < NEAR);
    move(near ?? Math.max(0, Math.min(data.x_end, ((x - left) / (right - left)) * data.x_end)));
  };
  plot.addEventListener("pointermove", point);
  plot.addEventListener("pointerdown", point);
  plot.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && move(null));
  plot.addEventListener("blur", () => move(null));

  const places = () => {
    const all = [...Object.values(data.lines ?? {}), ...Object.values(data.whole ?? {})].flatMap(([xs]) => xs);
    return [...new Set(all)].sort((one, other) => one - other);
  };
  plot.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10, Home: -1e9, End: 1e9 }[event.key];
    if (event.target !== plot || !(step || event.key === "Escape")) return;
    const all = places();
    if (!all.length) return;
    event.preventDefault();
    if (!step) return move(null);
    const here = place === null ? all.length : all.findLastIndex((one) => one <= place + 1e-9);
    move(all[Math.max(0, Math.min(all.length - 1, here + step))]);
    speak();
  });

  // The plot has the size that its card gives it, whatever is drawn in it: so nothing goes round in a circle.
  let told = "";
  let waiting;
  const tell = () => {
    const size = [plot.clientWidth, plot.clientHeight, Number.parseFloat(getComputedStyle(plot).fontSize)];
    if (!size[0] || !size[1] || told === `${size}`) return; // a step that is hidden has no size
    told = `${size}`;
    model.send({ size });
  };
  const watcher = new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(tell, told ? WAIT : 0);
  });
  watcher.observe(plot);

  model.on("change:value", draw);
  model.on("change:chosen", drawChoice);
  drawChoice();
  draw();
  return () => {
    clearTimeout(waiting);
    watcher.disconnect();
    document.removeEventListener("nnc-cross", follow);
    model.off("change:value", draw);
    model.off("change:chosen", drawChoice);
  };
}

export default { render };
