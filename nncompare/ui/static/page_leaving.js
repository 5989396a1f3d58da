// The end of a web page. As it is left, Voila ends its kernel. One that trains is kept and hears of it, and decides what
// becomes of that; where it would interrupt the training, the browser asks first. Voila does not wait for the answer.
// Where this tab has left a kernel that trains; a browser may keep no such notes.
const LEFT = "nnc-left-kernel";
const left = {
  leave(url) {
    try {
      sessionStorage.setItem(LEFT, url);
    } catch {
      /* then the kernel waits for its grace period */
    }
  },
  take() {
    try {
      const url = sessionStorage.getItem(LEFT);
      sessionStorage.removeItem(LEFT);
      return url;
    } catch {
      return null;
    }
  },
};
const xsrfForm = () => {
  const form = new FormData();
  form.append("_xsrf", document.cookie.match("\\b_xsrf=([^;]*)\\b")?.[1] ?? "");
  return form;
};
// A page that offers to be loaded again has nothing left to lose.
const isOver = (model) => model.get("is_over") || document.querySelector("#nnc-connection :is(a, button)") !== null;

export function takeLeave(model) {
  const kernel = model.widget_manager?.kernel;
  const farewell = navigator.sendBeacon;
  const asks = () => model.get("asks_before_leaving") && !isOver(model);
  const sayGoodbye = () => {
    try {
      model.send({ closing: true }); // whoever stays is heard again with the next ping
    } catch {
      /* the kernel was gone before */
    }
  };
  // A page that is loaded again in its tab ends the old kernel itself.
  const keepKernel = (url, ...rest) => {
    if (!String(url).includes("voila/api/shutdown/")) return farewell.call(navigator, url, ...rest);
    const isKept = model.get("keeps_kernel");
    if (isKept && !model.get("goes_on")) left.leave(String(url));
    else left.take();
    if (isKept) sayGoodbye();
    return isKept || farewell.call(navigator, url, ...rest);
  };
  const keepConnection = () => asks() || kernel.constructor.prototype.dispose.call(kernel);
  const ask = (event) => {
    if (asks()) event.preventDefault();
  };

  const url = left.take();
  if (url) farewell.call(navigator, url, xsrfForm());
  navigator.sendBeacon = keepKernel;
  if (kernel) kernel.dispose = keepConnection;
  addEventListener("beforeunload", ask);
  return () => {
    if (navigator.sendBeacon === keepKernel) navigator.sendBeacon = farewell;
    if (kernel) delete kernel.dispose;
    removeEventListener("beforeunload", ask);
  };
}
