// Paints the dots of the map and the names of the classes, with the colours of the style sheet.
const LINE = 1.35; // letters: what a name takes with the space below and above it
const ROUNDS = 40; // of moving names apart
const MOST_RINGS = 24; // around what is picked; of more, the others are dim
const PART_INKS = ["--nnc-imagemap-right", "--nnc-a", "--nnc-b", "--nnc-ink"];

export const inkOf = (by, group) => (by === "class" ? `--nnc-imagemap-${group % 10}` : PART_INKS[group]);

// Names that would lie on each other are moved apart, up and down, by as little as that takes.
const moveApart = (names, height, line) => {
  for (let round = 0; round < ROUNDS; round++) {
    names.forEach((one, i) => {
      for (const other of names.slice(i + 1)) {
        const overlap = line - Math.abs(one.y - other.y);
        if (overlap <= 0 || Math.abs(one.x - other.x) > (one.width + other.width) / 2 + 4) continue;
        const sign = one.y <= other.y ? 1 : -1;
        one.y -= (sign * overlap) / 2;
        other.y += (sign * overlap) / 2;
      }
    });
    for (const one of names) one.y = Math.min(Math.max(one.y, line / 2), height - line / 2);
  }
};

const drawMark = (pen, [x, y], size, isCross) => {
  pen.beginPath();
  if (!isCross) {
    pen.arc(x, y, size, 0, 7);
    pen.fill();
    return;
  }
  for (const slope of [1, -1]) {
    pen.moveTo(x - size, y - slope * size);
    pen.lineTo(x + size, y + slope * size);
  }
  pen.lineWidth = 2;
  pen.stroke();
};

const drawRing = (pen, [x, y], size, ink) => {
  pen.beginPath();
  pen.arc(x, y, size, 0, 7);
  pen.lineWidth = 1.5;
  pen.strokeStyle = ink;
  pen.stroke();
};

// `view` says how the points are looked at: coloured `by` what, which are `shown`, which group is `lit`, what is `picked`.
export function paintMap(canvas, points, view) {
  const { clientWidth: width, clientHeight: height } = canvas.parentElement;
  const [style, density] = [getComputedStyle(canvas), devicePixelRatio || 1];
  const ink = (name) => style.getPropertyValue(name);
  const pen = canvas.getContext("2d");
  Object.assign(canvas, { width: Math.round(width * density), height: Math.round(height * density) });
  pen.scale(density, density);
  points.project(width, height);
  paintDots(pen, points, view, ink);
  paintNames(pen, points, view, ink, { width, height, style });
}

function paintDots(pen, points, { by, shown, lit, picked }, ink) {
  const isByClass = by === "class";
  const groups = isByClass ? points.labels : points.parts;
  const inks = [...new Set(groups)].reduce((found, group) => found.set(group, ink(inkOf(by, group))), new Map());
  const order = isByClass ? shown : [...shown].sort((one, other) => groups[one] - groups[other]); // the rare ones on top
  for (const i of order) {
    const isUsual = !isByClass && groups[i] === RIGHT;
    const isDim = lit !== null ? groups[i] !== lit : picked.size > 1 && !picked.has(i);
    const size = isByClass || isUsual ? 3 : 4;
    pen.globalAlpha = isDim ? 0.15 : isUsual ? 0.5 : 0.85;
    pen.fillStyle = pen.strokeStyle = inks.get(groups[i]);
    drawMark(pen, points.where(i), size, !isByClass && groups[i] === WRONG);
    if (picked.has(i) && picked.size <= MOST_RINGS) drawRing(pen, points.where(i), size + 2, ink("--nnc-ink"));
  }
  pen.globalAlpha = 1;
}

function paintNames(pen, points, { by, off }, ink, { width, height, style }) {
  pen.font = `700 ${style.fontSize} ${style.fontFamily}`;
  Object.assign(pen, { textAlign: "center", textBaseline: "middle", lineWidth: 4, lineJoin: "round" });
  const named = points.middles().filter(({ k }) => !(by === "class" && off.has(k)));
  const names = named.map(({ k, x, y }) => {
    const words = points.classes[k];
    const room = pen.measureText(words).width / 2 + 4;
    return { words, x: Math.min(Math.max(x, room), width - room), y, width: 2 * room };
  });
  moveApart(names, height, LINE * Number.parseFloat(style.fontSize));
  pen.strokeStyle = ink("--nnc-paper");
  pen.fillStyle = ink("--nnc-ink");
  for (const { words, x, y } of names) {
    pen.strokeText(words, x, y);
    pen.fillText(words, x, y);
  }
}
