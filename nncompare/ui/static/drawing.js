// A sheet to draw on or a picture in its place, the tools, and a sentence on what is wrong with it.
const sheets = new WeakMap(); // by model: a notebook may build the view again

const sheetOf = (model) => {
  if (!sheets.has(model)) sheets.set(model, new Sheet());
  return sheets.get(model);
};
const bytesOf = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);

function render({ model, el }) {
  el.innerHTML = model.get("html");
  const find = (name) => el.querySelector(`.nnc-draw-${name}`);
  const button = (what) => el.querySelector(`[data-do="${what}"]`);
  const [canvas, photoPlace, words] = ["sheet", "photo", "words"].map(find);
  const [isAsDrawn, input] = [find("switch").firstElementChild, el.querySelector("[type=file]")];
  const sheet = sheetOf(model);
  const sender = new Sender(model);
  let tool = "pen";

  const speak = (sentence) => {
    find("spoken").textContent = sentence;
  };
  const tell = (sentence, isWrong = true) => {
    words.textContent = sentence;
    words.classList.toggle("nnc-message", isWrong && sentence !== "");
  };
  const settings = () => ({ as_drawn: isAsDrawn.checked });
  const look = () => {
    if (isPhoto()) return [{ ...settings(), frame: photo.frame() }];
    const grey = sheet.pixels();
    find("hint").hidden = grey !== null;
    return grey ? [{ ...settings(), drawing: [SHEET, SHEET] }, [grey.buffer]] : [{ ...settings(), is_empty: true }];
  };
  const setAside = (isAside) => {
    sheet.isAside = isAside;
    find("back").hidden = !isAside || !(isPhoto() || sheet.pixels());
    find("back").textContent = isPhoto() ? "Back to your picture" : "Back to your drawing";
  };
  const ask = () => {
    setAside(false);
    sender.ask(look);
  };
  const photo = showPhoto(photoPlace, { onChange: ask, speak });
  const isPhoto = () => !photoPlace.hidden;

  // The picture lies over the sheet; what is begun on that takes it away, and the drawing is there as it was.
  const onSheet = (change) => {
    const wasPhoto = isPhoto();
    if (wasPhoto) photo.close();
    canvas.tabIndex = 0;
    drawTools();
    change(wasPhoto);
    ask();
  };
  const goBack = () => {
    ask();
    (isPhoto() ? find("frame") : canvas).focus({ preventScroll: true });
  };
  const hideHint = () => {
    find("hint").hidden = true;
  };
  const drawTools = () => {
    for (const name of ["pen", "eraser"])
      button(name).setAttribute("aria-pressed", String(!isPhoto() && name === tool));
  };
  const take = (chosen) => {
    tool = chosen;
    if (isPhoto()) onSheet(() => {});
    else drawTools();
  };
  const undo = () => onSheet((wasPhoto) => wasPhoto || sheet.undo());
  const open = async (file) => {
    tell("Opening the picture …", false);
    const isSmall = file.size <= model.get("largest_bytes");
    if (isSmall) sender.sendFile(new Uint8Array(await file.arrayBuffer()), settings());
    else sender.ask(() => [{ ...settings(), piece: 0, size: file.size }]);
  };
  const actions = {
    pen: () => take("pen"),
    eraser: () => take("eraser"),
    undo,
    back: goBack,
    clear: () => onSheet(() => sheet.clear()),
    open: () => input.click(),
  };

  const showOver = (grey, width, height) => {
    const hadFocus = document.activeElement === canvas;
    hideHint();
    photo.open(grey, width, height);
    setAside(false);
    canvas.tabIndex = -1;
    drawTools();
    if (hadFocus) find("frame").focus({ preventScroll: true });
  };
  const onAnswer = (message, buffers) => {
    const isNewest = !sender.wanted;
    sender.answered(message.answered);
    if (!isNewest || sender.sent || message.is_partial) return;
    tell(message.words);
    if (message.aside) setAside(true);
    if (message.photo) showOver(bytesOf(buffers[0]), ...message.photo);
  };

  el.addEventListener("click", ({ target }) => {
    lift();
    actions[target.dataset.do]?.();
  });
  isAsDrawn.addEventListener("change", ask);
  canvas.addEventListener("pointerdown", () => {
    hideHint();
    setAside(false);
  });
  const isDrawing = drawByPointer(canvas, sheet, { tool: () => tool, onStroke: () => onSheet(() => {}) });
  const lift = drawByKeys(canvas, find("cursor"), sheet, {
    tool: () => tool,
    isBusy: isDrawing,
    onStroke: () => onSheet(() => {}),
    onUndo: undo,
    speak,
  });
  const stopReceiving = receiveFiles(el, input, open);
  const drawHint = () => {
    find("hint").textContent = model.get("hint");
  };
  model.on("change:hint", drawHint);
  model.on("msg:custom", onAnswer);
  drawHint();
  sheet.showOn(canvas);
  drawTools();
  if (sheet.isAside) setAside(true);
  else ask();
  return () => {
    sender.stop();
    stopReceiving();
    model.off("change:hint", drawHint);
    model.off("msg:custom", onAnswer);
  };
}

export default { render };
