// What is told to the kernel: one thing at a time, and of what comes meanwhile only the newest.
const PATIENCE = 15_000; // ms: after that an answer is lost, with its connection
const REST = 100; // ms between two of them, so that a held key takes little of a machine that trains
const PIECE = 500_000; // bytes: a server takes no long messages

export class Sender {
  constructor(model) {
    this.model = model;
    this.number = 0;
    this.restsUntil = 0;
  }

  // `make` is called when it is sent: so a thousand strokes a second are read only as often as they are sent.
  ask(make, { after, rest = REST } = {}) {
    this.wanted = { make, after, rest };
    this.pump();
  }

  pump() {
    if (this.sent || !this.wanted) return;
    clearTimeout(this.timer);
    const left = this.restsUntil - performance.now();
    if (left > 0) this.timer = setTimeout(() => this.pump(), left);
    else this.send();
  }

  send() {
    this.sent = this.wanted;
    this.wanted = null;
    this.number += 1;
    this.restsUntil = performance.now() + this.sent.rest;
    const [content, buffers = []] = this.sent.make();
    this.model.send({ ...content, number: this.number }, undefined, buffers);
    this.timer = setTimeout(() => this.answered(this.number), PATIENCE);
  }

  answered(number) {
    if (number !== this.number || !this.sent) return;
    clearTimeout(this.timer);
    const { after } = this.sent;
    this.sent = null;
    if (!this.wanted) after?.();
    this.pump();
  }

  sendFile(bytes, settings, start = 0) {
    const piece = bytes.slice(start, start + PIECE);
    const next = start + PIECE;
    this.ask(() => [{ ...settings, piece: start, size: bytes.length }, [piece.buffer]], {
      after: next < bytes.length ? () => this.sendFile(bytes, settings, next) : undefined,
      rest: 0,
    });
  }

  stop() {
    clearTimeout(this.timer);
  }
}

// Files come from a dialog, from the clipboard wherever nobody types, or are dropped.
const TYPED = "input:not([type=checkbox], [type=file]), textarea, [contenteditable]";

export function receiveFiles(el, input, onFile) {
  const isShown = () => el.offsetParent !== null;
  const isMeant = ({ target }) => {
    if (!isShown() || target.closest?.(TYPED)) return false;
    return "voila" in document.body.dataset || el.closest(".nnc")?.contains(target);
  };
  const take = (files) => {
    if (files?.length) onFile(files[0]);
    return Boolean(files?.length);
  };
  const onPaste = (event) => {
    if (isMeant(event) && take(event.clipboardData?.files)) event.preventDefault();
  };
  // Also beside the sheet: a browser would open the file in place of the page.
  const onDrag = (event) => {
    if (!isMeant(event) || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    el.classList.toggle("nnc-draw-over", event.type === "dragover");
    if (event.type === "drop") take(event.dataTransfer.files);
  };
  input.addEventListener("change", () => {
    take(input.files);
    input.value = ""; // so that the same file can be opened again
  });
  const heard = { dragover: onDrag, dragleave: onDrag, drop: onDrag, paste: onPaste };
  for (const [kind, hear] of Object.entries(heard)) document.addEventListener(kind, hear);
  return () => {
    for (const [kind, hear] of Object.entries(heard)) document.removeEventListener(kind, hear);
  };
}
