// The images behind the dots: each is asked for when it is looked at, one at a time, the newest first.
export function makeMapFaces(model, onFace) {
  const faces = new Map();
  let wanted = null;
  let asked = null;
  const ask = () => {
    if (asked !== null || wanted === null || faces.has(wanted)) return;
    asked = wanted;
    model.send({ look: wanted });
  };
  return {
    of: (point) => {
      wanted = point;
      ask();
      return faces.get(point);
    },
    take: (point, { buffer, byteOffset, byteLength }) => {
      faces.set(point, new Uint8Array(buffer, byteOffset, byteLength));
      asked = null;
      ask();
      onFace(point);
    },
    forget: () => {
      faces.clear();
      asked = wanted = null;
    },
  };
}

export const drawFace = (canvas, greys = []) => {
  const side = Math.sqrt(greys.length) || 1;
  Object.assign(canvas, { width: side, height: side });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(side, side);
  greys.forEach((grey, i) => {
    image.data.set([grey, grey, grey, 255], 4 * i);
  });
  pen.putImageData(image, 0, 0);
};
