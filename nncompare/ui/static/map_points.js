// The points of the map, as the kernel sends them: N images, M networks. A point is known by its number.
const EDGE = 18; // px around the outermost dots
export const [RIGHT, ONLY_A, ONLY_B, WRONG] = [0, 1, 2, 3];

const numbers = (Kind, view) =>
  view ? new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)) : new Kind();
const mix = (one, other, share) => one + (other - one) * share;

export class MapPoints {
  constructor({ names = [], classes = [], points, places, labels, said }) {
    this.names = names;
    this.classes = classes;
    this.places = numbers(Uint32Array, places); // in the test set
    this.labels = numbers(Uint8Array, labels);
    this.said = numbers(Uint8Array, said); // (M, N)
    this.count = this.labels.length;
    this.pictures = numbers(Float32Array, points); // (M, N, 2)
    this.parts = Uint8Array.from(this.labels, (_, i) => this.partOf(i));
    this.spots = new Float32Array(); // where the dots are now, in the units of the pictures
    this.pixels = new Float32Array(); // and on the plot
    this.frame = this.findFrame();
  }

  get isAlone() {
    return this.names.length < 2;
  }

  isRight(network, i) {
    return this.said[network * this.count + i] === this.labels[i];
  }

  partOf(i) {
    if (this.isAlone) return this.isRight(0, i) ? RIGHT : WRONG;
    if (this.isRight(0, i)) return this.isRight(1, i) ? RIGHT : ONLY_A;
    return this.isRight(1, i) ? ONLY_B : WRONG;
  }

  labelOf(i) {
    return this.classes[this.labels[i]];
  }

  answerOf(network, i) {
    return this.classes[this.said[network * this.count + i]];
  }

  // That of the pictures of all networks, so that gliding changes no scale.
  findFrame() {
    const frame = [Infinity, Infinity, -Infinity, -Infinity];
    this.pictures.forEach((value, i) => {
      frame[i % 2] = Math.min(frame[i % 2], value);
      frame[2 + (i % 2)] = Math.max(frame[2 + (i % 2)], value);
    });
    return frame;
  }

  // Where the dots are on the way from A's picture to B's.
  between(share) {
    const size = 2 * this.count;
    const first = this.pictures.slice(0, size);
    return this.isAlone ? first : first.map((value, i) => mix(value, this.pictures[size + i], share));
  }

  mixed(before, after, share) {
    return after.map((value, i) => mix(before[i], value, share));
  }

  project(width, height) {
    const [left, low, right, high] = this.frame;
    const scale = Math.min((width - 2 * EDGE) / (right - left || 1), (height - 2 * EDGE) / (high - low || 1));
    this.pixels = this.spots.map((value, i) =>
      i % 2 ? height / 2 - scale * (value - (low + high) / 2) : width / 2 + scale * (value - (left + right) / 2),
    );
  }

  where(i) {
    return [this.pixels[2 * i], this.pixels[2 * i + 1]];
  }

  // Of the points `among`, the nearest first, with their distances in pixels.
  nearest([x, y], among) {
    const found = among.map((i) => [Math.hypot(this.pixels[2 * i] - x, this.pixels[2 * i + 1] - y), i]);
    return found.sort((one, other) => one[0] - other[0]);
  }

  within([left, top, right, bottom], among) {
    return among.filter((i) => {
      const [x, y] = this.where(i);
      return x >= left && x <= right && y >= top && y <= bottom;
    });
  }

  // The nearest one in a direction, straight ahead rather than aside; the same one where there is none.
  towards(from, [across, down], among) {
    const [x, y] = this.where(from);
    let best = [Infinity, from];
    for (const i of among) {
      const [dx, dy] = [this.pixels[2 * i] - x, this.pixels[2 * i + 1] - y];
      const [ahead, aside] = [dx * across + dy * down, Math.abs(dx * down + dy * across)];
      if (ahead > 0.1 && aside <= ahead && ahead + 2 * aside < best[0]) best = [ahead + 2 * aside, i];
    }
    return best[1];
  }

  // The middle of each class that has points, in pixels.
  middles() {
    const sums = this.classes.map((_, k) => ({ k, x: 0, y: 0, count: 0 }));
    this.labels.forEach((k, i) => {
      const [x, y] = this.where(i);
      sums[k].x += x;
      sums[k].y += y;
      sums[k].count += 1;
    });
    return sums.filter(({ count }) => count).map(({ k, x, y, count }) => ({ k, x: x / count, y: y / count }));
  }
}
