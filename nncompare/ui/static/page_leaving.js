// The end of a web page. As it is left, Voila lets go of its kernel and ends it. One that trains is kept, and decides what
// becomes of that; but where it would only stop the training, the browser asks first, and then the kernel ends. Voila does
// not wait for the answer.
const shutdownAddress = () => {
  const { baseUrl, kernelId } = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
  return `${baseUrl}voila/api/shutdown/${kernelId}`;
};
const xsrfForm = () => {
  const form = new FormData();
  form.append("_xsrf", document.cookie.match("\\b_xsrf=([^;]*)\\b")?.[1] ?? "");
  return form;
};
// A page that offers to be loaded again has nothing left to lose.
const isOver = (model) => model.get("is_over") || document.querySelector("#nnc-connection a") !== null;

export function takeLeave(model) {
  const kernel = model.widget_manager?.kernel;
  const farewell = navigator.sendBeacon;
  const asks = () => model.get("asks_before_leaving") && !isOver(model);
  const sayGoodbye = () => {
    try {
      model.send({ closing: true });
    } catch {
      /* the kernel was gone before */
    }
  };
  const keepKernel = (url, ...rest) => {
    const isKept = model.get("keeps_kernel") && String(url).includes("voila/api/shutdown/");
    if (isKept && !asks()) sayGoodbye();
    return isKept || farewell.call(navigator, url, ...rest);
  };
  const keepConnection = () => asks() || kernel.constructor.prototype.dispose.call(kernel);
  const ask = (event) => {
    if (asks()) event.preventDefault();
  };
  const leave = () => {
    if (asks()) farewell.call(navigator, shutdownAddress(), xsrfForm());
  };

  navigator.sendBeacon = keepKernel;
  if (kernel) kernel.dispose = keepConnection;
  addEventListener("beforeunload", ask);
  addEventListener("pagehide", leave);
  return () => {
    if (navigator.sendBeacon === keepKernel) navigator.sendBeacon = farewell;
    if (kernel) delete kernel.dispose;
    removeEventListener("beforeunload", ask);
    removeEventListener("pagehide", leave);
  };
}
