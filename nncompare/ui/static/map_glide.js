// The way from A's picture to B's: a slider, and a button that moves it.
const GLIDE_MS = 1600;
const FRAME_MS = 16;
const still = matchMedia("(prefers-reduced-motion: reduce)");

// Calls `step` with a share that grows to 1; at once with 1 for those who want nothing to move.
export const makeGlide = () => {
  let frame = 0;
  const stop = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };
  const start = (milliseconds, step, end = () => {}) => {
    stop();
    const began = performance.now();
    const next = (now) => {
      const share = still.matches ? 1 : Math.min(1, Math.max(0, (now - began) / milliseconds));
      frame = share < 1 ? requestAnimationFrame(next) : 0;
      step(share);
      if (share === 1) end();
    };
    next(began + FRAME_MS);
  };
  return { start, stop, isUnderWay: () => frame !== 0 };
};

export function makeMapSlider(foot, make, onShare) {
  const glide = makeGlide();
  const play = make("button", "nnc-plain", foot, { type: "button" });
  make("span", "nnc-badge nnc-a", foot, { "aria-hidden": "true" }).textContent = "A";
  const slider = make("input", "", foot, { type: "range", min: 0, max: 100, "aria-label": "From A's picture to B's" });
  make("span", "nnc-badge nnc-b", foot, { "aria-hidden": "true" }).textContent = "B";
  let share = 0;

  const drawPlay = () => {
    const isUnderWay = glide.isUnderWay();
    play.textContent = isUnderWay ? "❚❚" : "▶";
    play.setAttribute("aria-label", isUnderWay ? "Stop" : `Glide to ${share < 1 ? "B" : "A"}'s picture`);
  };
  const slide = (to) => {
    share = to;
    const percent = Math.round(100 * to);
    slider.value = percent;
    const words = { 0: "A's picture", 100: "B's picture" }[percent];
    slider.setAttribute("aria-valuetext", words ?? `${percent}% of the way to B's picture`);
    drawPlay();
    onShare(share);
  };
  const begin = () => {
    const [from, to] = [share, share < 1 ? 1 : 0];
    glide.start(GLIDE_MS, (done) => slide(from + (to - from) * done * done * (3 - 2 * done)), drawPlay);
  };
  play.addEventListener("click", () => {
    if (glide.isUnderWay()) glide.stop();
    else begin();
    drawPlay();
  });
  slider.addEventListener("input", () => {
    glide.stop();
    slide(slider.value / 100);
  });

  slide(0);
  return { share: () => share, reset: () => slide(0), stop: glide.stop };
}
