// The titles of panels that share a place. The panels are boxes of ipywidgets, which cannot say what they are: that is
// done here, as soon as they are on the page.
function render({ model, el }) {
  const prefix = `nnc-tab-${Math.random().toString(36).slice(2)}`;
  const titles = model.get("titles");
  el.setAttribute("role", "tablist");
  el.setAttribute("aria-label", model.get("label"));
  const tabs = titles.map((title, number) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `${prefix}-${number}`;
    tab.textContent = title;
    tab.setAttribute("role", "tab");
    tab.addEventListener("click", () => model.send({ pick: title }));
    el.append(tab);
    return tab;
  });

  const draw = () => {
    tabs.forEach((tab, number) => {
      tab.setAttribute("aria-selected", String(number === model.get("shown")));
      tab.tabIndex = number === model.get("shown") ? 0 : -1;
    });
  };
  const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.length, End: tabs.length };
  el.addEventListener("keydown", (event) => {
    if (!(event.key in steps)) return;
    event.preventDefault();
    const isArrow = event.key.startsWith("Arrow");
    const wanted = tabs.indexOf(event.target) + steps[event.key];
    const next = isArrow ? (wanted + tabs.length) % tabs.length : Math.max(0, Math.min(wanted, tabs.length - 1));
    tabs[next].focus();
    tabs[next].click();
  });

  const tie = () => {
    const panels = [...(el.closest(".nnc-tabbed")?.querySelectorAll(":scope > .nnc-tab-panel") ?? [])];
    if (panels.length < tabs.length) return;
    watcher.disconnect();
    panels.forEach((panel, number) => {
      panel.id = `${prefix}-panel-${number}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tabs[number].id);
      tabs[number].setAttribute("aria-controls", panel.id);
    });
  };
  const watcher = new MutationObserver(tie);
  watcher.observe(document.body, { childList: true, subtree: true });
  tie();
  model.on("change:shown", draw);
  draw();
  return () => {
    watcher.disconnect();
    model.off("change:shown", draw);
  };
}

export default { render };
