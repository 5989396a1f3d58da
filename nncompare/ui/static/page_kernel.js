// What a kernel has shown stays where it ends: in a notebook, and on a page that has no connection.js to say so.
const ENDED = new Set(["starting", "restarting", "autorestarting", "terminating", "dead"]);
const IN_NOTEBOOK =
  "The kernel of this notebook has ended, so nothing works here any more. Run this cell again to go on.";
const ON_PAGE = "The program of this page has ended, so nothing works here any more. Load the page again to go on.";

export function watchKernel(model, el, isWebPage) {
  const kernel = model.widget_manager?.kernel;
  if (!kernel?.statusChanged || document.getElementById("nnc-connection")) return () => {};
  const look = (_, status) => {
    if (!ENDED.has(status) || el.querySelector(".nnc-message")) return;
    const words = document.createElement("p");
    words.className = "nnc-message nnc-ended";
    words.setAttribute("role", "alert");
    words.textContent = isWebPage ? ON_PAGE : IN_NOTEBOOK;
    for (const told of el.querySelectorAll("[aria-live]")) told.textContent = "";
    el.append(words);
    // What is pressed would not arrive.
    for (const other of el.closest(".nnc").children) other.inert = !other.contains(el);
  };
  const isShutDown = () => look(kernel, "dead"); // of which no status tells
  kernel.statusChanged.connect(look);
  kernel.disposed.connect(isShutDown);
  return () => {
    kernel.statusChanged.disconnect(look);
    kernel.disposed.disconnect(isShutDown);
  };
}
