// Hands that move the pen: fingers, mice and pens, or the arrow keys.
const STEP = 10;
const FINE_STEP = 2;
const ERASER_BUTTON = 32; // the other end of a pen
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
export const within = (value, least, most) => Math.min(Math.max(value, least), most);

export function drawByPointer(canvas, sheet, { tool, onStroke }) {
  let pointer = null;
  const place = ({ clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [((clientX - left) / width) * SHEET, ((clientY - top) / height) * SHEET];
  };
  const begin = (event) => {
    if (pointer !== null || (event.pointerType === "mouse" && event.button !== 0)) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    sheet.begin(event.buttons & ERASER_BUTTON ? "eraser" : tool(), place(event));
  };
  const move = (event) => {
    if (event.pointerId !== pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) sheet.extend(place(one));
  };
  const end = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    onStroke();
  };
  canvas.addEventListener("pointerdown", begin);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("lostpointercapture", end); // also after it was lifted, or taken away
  return () => pointer !== null;
}

export function drawByKeys(canvas, cursor, sheet, { tool, isBusy, onStroke, onUndo, speak }) {
  let point = [SHEET / 2, SHEET / 2];
  let isDown = false;
  const show = () => {
    cursor.hidden = false;
    cursor.classList.toggle("nnc-draw-down", isDown);
    Object.assign(cursor.style, { left: `${(100 * point[0]) / SHEET}%`, top: `${(100 * point[1]) / SHEET}%` });
  };
  const lift = () => {
    isDown = false;
    cursor.hidden = true;
  };
  const move = (direction, step) => {
    point = point.map((value, axis) => within(value + step * direction[axis], 0, SHEET));
    if (isDown) sheet.extend(point);
    if (isDown) onStroke();
    speak(point.map((value, axis) => `${["column", "row"][axis]} ${Math.round(value / 10)}`).join(", "));
  };
  const press = () => {
    isDown = !isDown;
    if (isDown) sheet.begin(tool(), point);
    if (isDown) onStroke();
    speak(isDown ? "Down" : "Lifted");
  };
  const onKey = (event) => {
    const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey);
    const direction = ARROWS[event.key];
    if (isBusy() || !(isUndo || direction || event.key === " ")) return;
    event.preventDefault();
    if (isUndo) {
      lift();
      return onUndo();
    }
    if (direction) move(direction, event.shiftKey ? FINE_STEP : STEP);
    else if (!event.repeat) press();
    show();
  };
  canvas.addEventListener("keydown", onKey);
  canvas.addEventListener("blur", lift);
  canvas.addEventListener("pointerdown", lift);
  return lift;
}
