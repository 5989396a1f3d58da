// Watches the page's connection to its kernel, and says on the page where it is lost or never comes. It relies on nothing
// that comes by that connection; page.js, which does, tells it of every sign of life, and connects again when it is asked.
{
  const LOST = 2_000; // milliseconds; a shorter break is not worth a word
  const SILENT = 20_000; // the kernel sends something every four seconds
  const ASK = 3_000;
  const RECONNECT = 6_000;
  const OPENING = 10_000;
  const LOADING = 30_000; // all programs of the page, by a slow network
  const ASLEEP = 5_000; // longer than between two looks: the page was frozen, and what was sent meanwhile is about to come

  const box = document.getElementById("nnc-connection");
  let socket;
  let hasBeenOpen = false;
  let opened; // when the newest connection was open
  let refusals = 0;
  let heard; // when there was the last sign of life
  let brokenSince;
  let looked = performance.now();
  let asked = Number.NEGATIVE_INFINITY;
  let reconnected = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  let shown = "";
  let focused;

  const again = () => {
    const url = new URL(location.href);
    const { nncRun } = document.body.dataset;
    if (nncRun) url.searchParams.set("run", nncRun);
    return url.href;
  };
  const reload = (event) => {
    event.preventDefault(); // to the browser, a link that differs by its #step alone would be no other page
    history.replaceState(null, "", again());
    location.reload();
  };

  const show = (what) => {
    if (shown === what) return;
    if (!shown) focused = document.activeElement;
    shown = what;
    const words = what ? document.querySelector(`template[data-when="${what}"]`).content.cloneNode(true) : "";
    box.replaceChildren(words);
    for (const link of box.querySelectorAll("a, button")) {
      if (link.matches("a")) link.href = again();
      link.addEventListener("click", reload);
    }
    // What is pressed would not arrive.
    for (const other of document.body.children) other.inert = what !== "" && other !== box;
    if (!shown && document.activeElement === document.body) focused?.focus({ preventScroll: true });
  };
  const isFinal = () => shown === "ended" || shown === "failed";

  const kernelOfPage = () => JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");

  // Returns the name by which the server was called, empty where it did not answer, and whether the kernel is there.
  const askServer = async ({ baseUrl, kernelId }) => {
    try {
      const answer = await fetch(`${baseUrl}api/kernels/${kernelId}`, {
        cache: "no-store",
        signal: AbortSignal.timeout(5_000),
      });
      return { host: answer.headers.get("X-Nncompare-Host") ?? "", isThere: answer.ok };
    } catch {
      return { host: "", isThere: false };
    }
  };
  const judge = ({ host, isThere }) => {
    if (!host) return "lost"; // or somebody else has answered, such as a proxy
    if (!isThere) return "ended";
    if (hasBeenOpen) return isOpen() && heard === undefined ? "incomplete" : "lost";
    if (!refusals) return performance.now() - brokenSince < LOADING ? "" : "incomplete";
    return host === location.host ? "refused" : "renamed";
  };
  const connectAgain = () => {
    const isUnderWay = [WebSocket.CONNECTING, WebSocket.OPEN].includes(socket?.readyState);
    if (performance.now() - reconnected < (isUnderWay ? SILENT : RECONNECT)) return;
    reconnected = performance.now();
    dispatchEvent(new Event("nnc-reconnect"));
  };

  const isOpen = () => socket?.readyState === WebSocket.OPEN;
  // Where nothing was heard yet, what is on the page is still to come.
  const isWell = () => isOpen() && performance.now() - (heard ?? opened) < (heard === undefined ? LOADING : SILENT);
  const isDue = () => {
    const since = performance.now() - brokenSince;
    return hasBeenOpen ? since >= LOST : refusals > 1 || since >= OPENING;
  };

  const look = async () => {
    const now = performance.now();
    if (heard !== undefined && now - looked > ASLEEP) heard = now;
    looked = now;
    if (isFinal() || (!hasBeenOpen && document.readyState === "loading")) return;
    if (isWell()) {
      brokenSince = undefined;
      show("");
      return;
    }
    brokenSince ??= now;
    const page = kernelOfPage();
    if (!page.kernelId) show("failed");
    else if (isDue() && !isAsking && now - asked >= ASK) {
      isAsking = true;
      asked = now;
      const answer = await askServer(page);
      isAsking = false;
      if (isFinal() || isWell()) return;
      show(judge(answer));
      if (shown === "lost" && answer.isThere) connectAgain();
    }
  };
  const lookNow = () => {
    asked = Number.NEGATIVE_INFINITY;
    look();
  };

  window.WebSocket = class extends WebSocket {
    constructor(...address) {
      super(...address);
      socket = this;
      let isOpened = false;
      this.addEventListener("open", () => {
        isOpened = hasBeenOpen = true;
        opened = performance.now();
      });
      this.addEventListener("close", () => {
        if (!isOpened) refusals += 1;
        look();
      });
    }
  };
  addEventListener("nnc-heard", () => {
    heard = performance.now();
    if (shown) look();
  });
  addEventListener("nnc-ended", () => show("ended"));
  addEventListener("online", lookNow);
  document.addEventListener("visibilitychange", lookNow);
  // A page that the browser has kept comes without its connection.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  setInterval(look, 1_000);
}
