// The browser's own slider, with its value and unit beside it.
function render({ model, el }) {
  const slider = document.createElement("input");
  const value = document.createElement("output");
  slider.type = "range";
  el.append(slider, value);

  const tell = () => {
    const text = `${slider.value.replace("-", "−")}${model.get("unit")}`;
    value.textContent = text;
    slider.setAttribute("aria-valuetext", text);
  };
  const draw = () => {
    slider.min = model.get("lowest");
    slider.max = model.get("highest");
    slider.step = model.get("step");
    slider.value = model.get("value");
    slider.disabled = model.get("is_off");
    slider.setAttribute("aria-label", model.get("label"));
    tell();
  };
  slider.addEventListener("input", () => {
    model.set("value", slider.valueAsNumber);
    model.save_changes(); // one message at a time: the widget manager keeps the newest value until the kernel is free
    tell();
  });
  model.on("change", draw);
  draw();
  return () => model.off("change", draw);
}

export default { render };
