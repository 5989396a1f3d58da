// Stands for Jupyter: makes elements for widgets as ipywidgets does, and gives anywidgets their models. Once an anywidget
// is on the page, its view no longer hears of other classes: its runtime takes all listeners of the view away.
const models = new Map();
const received = (value) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  if (typeof value.bytes === "string") {
    const found = atob(value.bytes);
    return new DataView(Uint8Array.from(found, (letter) => letter.charCodeAt(0)).buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, received(inner)]));
};
const modelOf = (key, state) => {
  const listeners = new Map();
  const model = {
    state: received(state),
    get: (name) => model.state[name],
    on: (name, call) => listeners.set(name, [...(listeners.get(name) ?? []), call]),
    off: (name, call) => listeners.set(name, (listeners.get(name) ?? []).filter((one) => one !== call)),
    tell: (name, ...told) => (listeners.get(name) ?? []).forEach((call) => call(...told)),
    send: async (content) => window.changeWidgets(await window.tellPython(key, content)),
  };
  return model;
};
const draw = ({ kind, state, element }) => {
  if (!(state._esm && element.isConnected)) element.className = [element.ownClasses, ...state._dom_classes].join(" ");
  if (kind === "Button") element.textContent = state.description;
  if (element.content && element.content.innerHTML !== state.value) element.content.innerHTML = state.value;
};
const KINDS = { row: "widget-box widget-hbox", VBox: "widget-box widget-vbox", Button: "jupyter-button" };
const build = async ({ key, kind, state, children }) => {
  const element = document.createElement(kind === "Button" ? "button" : "div");
  const isHtml = !(kind in KINDS || state._esm);
  element.ownClasses = `lm-Widget ${isHtml ? "widget-inline-hbox widget-html" : (KINDS[kind] ?? "")}`;
  if (isHtml) {
    element.content = document.createElement("div");
    element.content.className = "widget-html-content";
    element.append(element.content);
  }
  const model = modelOf(key, state);
  models.set(key, { kind, element, model });
  if (kind === "Button") element.addEventListener("click", () => model.send({ event: "click" }));
  draw({ kind, state, element });
  if (state._esm) {
    const address = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
    (await import(address)).default.render({ model, el: element });
  }
  for (const child of children) element.append(await build(child));
  return element;
};
window.changeWidgets = (changes) => {
  for (const { key, state = {}, message, buffers = [] } of changes) {
    const { kind, element, model } = models.get(key);
    Object.assign(model.state, received(state));
    draw({ kind, state: model.state, element });
    for (const name of Object.keys(state)) model.tell(`change:${name}`);
    if (message) model.tell("msg:custom", message, buffers.map(received));
  }
};
window.showWidgets = async (tree) => {
  const page = document.createElement("div");
  page.className = "nnc";
  document.body.append(page);
  page.append(await build(tree));
};
