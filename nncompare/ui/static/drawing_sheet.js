// A sheet of paper: strokes in units of 280 x 280, whatever its size on the screen. It outlives the view that shows it.
export const SHEET = 280;
const SHARPNESS = 2; // pixels of the canvas for each unit
const PENS = { pen: [20, "#000"], eraser: [44, "#fff"] };
const KEPT = 100; // strokes that can be taken back; those before them have dried

const makeSheet = () => {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = SHEET * SHARPNESS;
  return sheet;
};

const paintOn = (canvas) => {
  const context = canvas.getContext("2d");
  context.setTransform(SHARPNESS, 0, 0, SHARPNESS, 0, 0);
  context.lineCap = context.lineJoin = "round";
  return context;
};

const wipe = (context) => {
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SHEET, SHEET);
};

const paint = (context, { tool, points }) => {
  if (tool === "clear") return wipe(context);
  [context.lineWidth, context.strokeStyle] = PENS[tool];
  context.beginPath();
  const [x, y] = points[0];
  context.moveTo(x - 0.01, y); // a line without length is not drawn: so one dot is a very short one
  for (const point of points) context.lineTo(...point);
  context.stroke();
};

export class Sheet {
  constructor() {
    this.strokes = [];
    this.dried = makeSheet();
    wipe(paintOn(this.dried));
    this.small = new OffscreenCanvas(SHEET, SHEET).getContext("2d", { willReadFrequently: true });
    this.small.imageSmoothingQuality = "high";
  }

  showOn(canvas) {
    this.canvas = canvas;
    this.context = paintOn(canvas);
    this.redraw();
  }

  redraw() {
    this.context.drawImage(this.dried, 0, 0, SHEET, SHEET);
    for (const stroke of this.strokes) paint(this.context, stroke);
  }

  begin(tool, point) {
    this.strokes.push({ tool, points: [point] });
    if (this.strokes.length > KEPT) paint(paintOn(this.dried), this.strokes.shift());
    paint(this.context, this.strokes.at(-1));
  }

  extend(point) {
    const { tool, points } = this.strokes.at(-1);
    paint(this.context, { tool, points: [points.at(-1), point] });
    points.push(point);
  }

  undo() {
    this.strokes.pop();
    this.redraw();
  }

  clear() {
    if (!this.pixels()) return;
    this.begin("clear", [0, 0]);
  }

  // The brightness of each of the 280 x 280 pixels; null for an empty sheet.
  pixels() {
    this.small.drawImage(this.canvas, 0, 0, SHEET, SHEET);
    const colours = this.small.getImageData(0, 0, SHEET, SHEET).data;
    const grey = new Uint8Array(SHEET * SHEET).map((_, place) => colours[4 * place]);
    return grey.every((value) => value === 255) ? null : grey;
  }
}
