// The map of the test set. The kernel sends its points once, as numbers; all drawing, gliding and choosing happens here,
// and only what was picked is reported.
const NEAR = { mouse: 14, pen: 18, touch: 26 }; // px: a dot that is so near is meant
const DRAG = 6; // px: less is a click
const AROUND = 24; // images that Shift and Enter pick
const SETTLE_MS = 500;
const ARROWS = { ArrowRight: [1, 0], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowUp: [0, -1] };
const KEYS = "Arrow keys go from dot to dot, Enter picks one, Shift and Enter the 24 around it.";

const make = (tag, css, parent, attributes = {}) => {
  const made = document.createElement(tag);
  if (css) made.className = css;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
};

function render({ model, el }) {
  const head = make("div", "nnc-imagemap-head", el);
  make("h3", "nnc-unseen", head).textContent = "Map of the test set";
  const toggle = make("div", "nnc-toggle", head, { role: "group", "aria-label": "Colour the dots" });
  const all = make("button", "nnc-imagemap-all", head, { type: "button" });
  const keys = make("div", "nnc-imagemap-legend", el, { role: "group", "aria-label": "What is shown" });
  const plot = make("div", "nnc-imagemap-plot", el, { tabindex: 0, role: "application" });
  const canvas = make("canvas", "", plot, { "aria-hidden": "true" });
  const area = make("i", "nnc-imagemap-area", plot, { hidden: "" });
  const ring = make("i", "nnc-imagemap-ring", plot, { hidden: "" });
  const tip = make("p", "nnc-imagemap-tip", plot, { hidden: "", "aria-hidden": "true" });
  const spoken = make("p", "nnc-unseen", el, { "aria-live": "polite" });
  const foot = make("div", "nnc-imagemap-glide", el);

  let points = new MapPoints({});
  let at = null; // the point that is looked at
  let picked = new Set();
  let start = null; // of what the pointer does
  let isAsked = false;

  const isShown = (i) => !legend.state.off.has(legend.groups()[i]);
  const shown = () => [...points.labels.keys()].filter(isShown);

  // once for each picture of the screen, whatever has changed until then
  const draw = () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      if (!plot.clientWidth || !plot.clientHeight || !points.count) return;
      paintMap(canvas, points, { ...legend.state, shown: shown(), picked });
      layTip();
    });
  };

  // the point that is looked at

  const layTip = () => {
    ring.hidden = tip.hidden = at === null;
    if (at === null) return;
    const [x, y] = points.where(at);
    Object.assign(ring.style, { left: `${x}px`, top: `${y}px` });
    const { offsetWidth: width, offsetHeight: height } = tip;
    const left = x + 14 + width > plot.clientWidth ? Math.max(0, x - 14 - width) : x + 14;
    const top = Math.max(0, Math.min(y - height / 2, plot.clientHeight - height));
    Object.assign(tip.style, { left: `${left}px`, top: `${top}px` });
  };
  const look = (point) => {
    at = point;
    plot.dataset.at = at === null ? "" : points.places[at];
    if (at !== null) fillTip();
    draw();
  };
  const fillTip = () => {
    tip.replaceChildren();
    drawFace(make("canvas", "nnc-pixels", tip), faces.of(at));
    make("small", "nnc-muted", tip).textContent = `#${points.places[at]}`;
    make("span", "", tip).textContent = `label ${points.labelOf(at)}`;
    points.names.forEach((name, network) => {
      const [answer, isRight] = [make("span", "", tip), points.isRight(network, at)];
      make("span", `nnc-badge nnc-${name.toLowerCase()}`, answer).textContent = name;
      make("b", "", answer).textContent = points.answerOf(network, at);
      make("span", isRight ? "nnc-ok" : "nnc-no", answer).textContent = isRight ? "✓" : "✗";
    });
  };
  const speak = () => {
    const answer = (name, network) =>
      `${name} says ${points.answerOf(network, at)}, ${points.isRight(network, at) ? "right" : "wrong"}.`;
    const which = `Image ${points.places[at]}, label ${points.labelOf(at)}.`;
    spoken.textContent = [which, ...points.names.map(answer)].join(" ");
  };

  // picking: a click, or a frame around several

  const pick = (found) => {
    picked = new Set(found);
    model.send({ points: [...picked] });
    draw();
  };
  const spotOf = ({ clientX, clientY }) => {
    const box = plot.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  };
  const under = (event) => {
    const [[distance, found] = [Infinity]] = points.nearest(spotOf(event), shown());
    return distance <= (NEAR[event.pointerType] ?? NEAR.mouse) ? found : null;
  };
  const drag = ([x, y]) => {
    const [left, top] = [Math.min(start.x, x), Math.min(start.y, y)];
    const [width, height] = [Math.abs(start.x - x), Math.abs(start.y - y)];
    start.box = [left, top, left + width, top + height];
    Object.assign(area.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    area.hidden = false;
    picked = new Set(points.within(start.box, shown()));
    look(null);
  };
  const end = () => {
    start = null;
    area.hidden = true;
  };
  plot.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    const [x, y] = spotOf(event);
    start = { x, y, before: picked };
    plot.setPointerCapture(event.pointerId);
  });
  plot.addEventListener("pointermove", (event) => {
    const [x, y] = spotOf(event);
    if (!start) look(under(event));
    else if (start.box || Math.hypot(x - start.x, y - start.y) > DRAG) drag([x, y]);
  });
  plot.addEventListener("pointerup", (event) => {
    if (!start) return;
    const { box } = start;
    end();
    if (box) return pick(points.within(box, shown()));
    const found = under(event);
    look(found);
    pick(found === null ? [] : [found]);
  });
  plot.addEventListener("pointercancel", () => {
    if (start) picked = start.before;
    end();
    draw();
  });
  plot.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && !start && look(null));

  // by keyboard: from dot to dot, by direction or in the order of the images

  const goTo = (point) => {
    look(point);
    speak();
  };
  const middle = (all) => points.nearest([plot.clientWidth / 2, plot.clientHeight / 2], all)[0][1];
  const reached = (key, all) => {
    const here = all.indexOf(at);
    if (key in ARROWS) return here < 0 ? middle(all) : points.towards(at, ARROWS[key], all);
    const next = { Home: 0, End: all.length - 1, PageDown: here + 1, PageUp: here - 1 }[key];
    return all[Math.max(0, Math.min(all.length - 1, next))];
  };
  plot.addEventListener("keydown", (event) => {
    const { key } = event;
    const all = shown();
    if (event.ctrlKey || event.metaKey || event.altKey || !all.length) return;
    const around = () => points.nearest(points.where(at), all).slice(0, AROUND);
    if (key === "Escape" && picked.size) pick([]);
    else if (["Enter", " "].includes(key) && at !== null) pick(event.shiftKey ? around().map(([, i]) => i) : [at]);
    else if (reached(key, all) !== undefined) goTo(reached(key, all));
    else return;
    event.preventDefault();
  });
  plot.addEventListener("focus", () => {
    const all = shown();
    if (at === null && all.length && plot.matches(":focus-visible")) goTo(middle(all));
  });
  plot.addEventListener("blur", () => look(null));

  // what comes from the kernel

  const settle = makeGlide();
  const faces = makeMapFaces(model, (point) => point === at && fillTip());
  const take = () => {
    const [before, wasAlone] = [points.spots, points.isAlone];
    faces.forget();
    points = new MapPoints(model.get("picture"));
    if (2 * points.count !== before.length) [picked, at] = [new Set(), null];
    foot.hidden = points.isAlone;
    plot.setAttribute("aria-label", `Map of ${points.count.toLocaleString("en")} test images. ${KEYS}`);
    legend.show(points);
    if (wasAlone || points.isAlone) slider.reset();
    const isNew = 2 * points.count !== before.length || !points.count;
    settle.start(isNew ? 0 : SETTLE_MS, (share) => {
      const wanted = points.between(slider.share());
      points.spots = isNew ? wanted : points.mixed(before, wanted, share);
      draw();
    });
    look(at);
  };
  const onMessage = ({ face, mark, picked: wanted }, buffers) => {
    if (face !== undefined) faces.take(face, buffers[0]);
    if (wanted) picked = new Set(wanted);
    if (mark !== undefined) look(mark);
    draw();
  };
  const legend = makeMapLegend({ toggle, keys, all }, make, () => {
    if (at !== null && !isShown(at)) look(null);
    draw();
  });
  const slider = makeMapSlider(foot, make, (share) => {
    settle.stop();
    points.spots = points.between(share);
    draw();
  });

  const sizes = new ResizeObserver(draw);
  sizes.observe(plot);
  const themes = new MutationObserver(draw);
  themes.observe(document.body, { attributes: true });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", draw);
  model.on("change:picture", take);
  model.on("msg:custom", onMessage);
  take();
  return () => {
    for (const one of [settle, slider]) one.stop();
    for (const one of [sizes, themes]) one.disconnect();
    scheme.removeEventListener("change", draw);
    model.off("change:picture", take);
    model.off("msg:custom", onMessage);
  };
}

export default { render };
