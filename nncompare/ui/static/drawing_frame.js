// The picture that was opened, and the frame around the part of it that the networks see.
const SMALLEST_FRAME = 0.06; // of the picture
const FRAME_STEP = 0.02;
const AXES = [
  ["left", "right"],
  ["top", "bottom"],
];

export function showPhoto(photo, { onChange, speak }) {
  const [canvas, frame] = photo.children;
  let sides = {};
  const draw = () => {
    const percent = (share) => `${100 * share}%`;
    Object.assign(frame.style, { left: percent(sides.left), top: percent(sides.top) });
    Object.assign(frame.style, { right: percent(1 - sides.right), bottom: percent(1 - sides.bottom) });
  };
  const move = (from, by) => {
    AXES.forEach(([start, end], axis) => {
      const shift = within(by[axis], -from[start], 1 - from[end]);
      sides[start] = from[start] + shift;
      sides[end] = from[end] + shift;
    });
  };
  const size = (from, by, moved) => {
    AXES.forEach(([start, end], axis) => {
      if (moved.includes(start)) sides[start] = within(from[start] + by[axis], 0, from[end] - SMALLEST_FRAME);
      if (moved.includes(end)) sides[end] = within(from[end] + by[axis], from[start] + SMALLEST_FRAME, 1);
    });
  };
  const change = (from, by, moved) => {
    if (moved) size(from, by, moved);
    else move(from, by);
    draw();
    onChange();
  };

  let held = null;
  frame.addEventListener("pointerdown", (event) => {
    if (held || (event.pointerType === "mouse" && event.button !== 0)) return;
    held = { id: event.pointerId, x: event.clientX, y: event.clientY, from: { ...sides } };
    held.moved = event.target.dataset.sides?.split(" ");
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
    if (pointerId !== held?.id) return;
    const { width, height } = photo.getBoundingClientRect();
    change(held.from, [(clientX - held.x) / width, (clientY - held.y) / height], held.moved);
  });
  frame.addEventListener("lostpointercapture", ({ pointerId }) => {
    if (pointerId === held?.id) held = null;
  });
  frame.addEventListener("keydown", (event) => {
    const direction = ARROWS[event.key];
    if (!direction) return;
    event.preventDefault();
    const by = direction.map((one) => one * FRAME_STEP);
    change({ ...sides }, by, event.shiftKey ? ["right", "bottom"] : undefined);
    const words = Object.entries(sides).map(([side, share]) => `${side} ${Math.round(100 * share)}`);
    speak(`${words.join(", ")} percent`);
  });

  return {
    open(grey, width, height) {
      Object.assign(canvas, { width, height });
      paintGrey(canvas, grey);
      const longest = Math.max(width, height);
      Object.assign(photo.style, { width: `${(100 * width) / longest}%`, height: `${(100 * height) / longest}%` });
      sides = { left: 0, top: 0, right: 1, bottom: 1 };
      photo.hidden = false;
      draw();
    },
    close() {
      canvas.width = canvas.height = 0;
      photo.hidden = true;
    },
    frame: () => AXES.flatMap(([start]) => sides[start]).concat(AXES.flatMap(([, end]) => sides[end])),
  };
}

export function paintGrey(canvas, grey) {
  const image = new ImageData(canvas.width, canvas.height);
  grey.forEach((value, place) => {
    image.data.set([value, value, value, 255], 4 * place);
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
}
