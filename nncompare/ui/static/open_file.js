// A button that opens a file. One that is too large is only named: the kernel need not hold it.
function render({ model, el }) {
  const input = document.createElement("input");
  input.type = "file";
  input.hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button widget-button nnc-button";

  const label = () => {
    button.textContent = model.get("label");
    input.accept = model.get("accept");
  };
  const send = async () => {
    const [file] = input.files;
    input.value = ""; // so that the same file can be opened again
    if (!file) return;
    const isSmall = file.size <= model.get("largest_bytes");
    model.send({ file: file.name }, undefined, isSmall ? [await file.arrayBuffer()] : []);
  };

  button.addEventListener("click", () => input.click());
  input.addEventListener("change", send);
  model.on("change:label change:accept", label);
  label();
  el.append(button, input);
  return () => model.off("change:label change:accept", label);
}

export default { render };
