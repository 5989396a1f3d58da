// Leads from stop to stop: a callout beside what it explains, which takes nothing else away from the user.
const SEEN = "nnc-tour-seen";
// A frame may get no storage: then it is remembered until the page is left.
const hasBeenSeen = () => {
  try {
    return window.nncTourSeen === true || localStorage.getItem(SEEN) !== null;
  } catch {
    return window.nncTourSeen === true;
  }
};
const rememberTour = () => {
  window.nncTourSeen = true;
  try {
    localStorage.setItem(SEEN, "yes");
  } catch {
    /* as above */
  }
};

export function makeTour(model, el, go, returnFocus) {
  const GAP = 10;
  const LOOK = 250; // milliseconds: what the callout stands beside may be drawn again, and move
  const callout = el.querySelector(".nnc-tour");
  const button = (what) => callout.querySelector(`[data-do="${what}"]`);
  let stop = -1;
  let hasArrived = false;
  let marked;
  let timer;
  let hadNews = false;

  const stops = () => model.get("stops");
  const stepShown = () => el.closest(".nnc")?.querySelector(".nnc-nav [aria-current]")?.textContent.trim();
  const isVisible = ({ offsetWidth, offsetHeight }) => offsetWidth > 0 && offsetHeight > 0;
  const target = () => {
    for (const selector of stops()[stop].beside) {
      const found = [...(el.closest(".nnc")?.querySelectorAll(selector) ?? [])].find(isVisible);
      if (found) return found;
    }
    return undefined;
  };
  // What the teacher of a class has set.
  const hasNews = () => el.closest(".nnc")?.querySelector(".nnc-news p") !== null;
  const mark = (found) => {
    if (marked !== found) marked?.classList.remove("nnc-toured");
    marked = found;
    marked?.classList.add("nnc-toured");
  };
  const within = (least, wanted, most) => Math.max(least, Math.min(wanted, most));
  const place = () => {
    const found = target();
    if (!found) return;
    mark(found);
    const around = found.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = callout;
    const most = { top: innerHeight - height - GAP, left: innerWidth - width - GAP };
    const places = [
      { top: around.bottom + GAP, left: around.left },
      { top: around.top - GAP - height, left: around.left },
      { top: around.top, left: around.left - GAP - width },
      { top: around.top, left: around.right + GAP },
    ];
    const fits = ({ top, left }) => top >= 0 && top <= most.top && left >= 0 && left + width <= innerWidth;
    const { top, left } = places.find(fits) ?? { top: most.top, left: around.left };
    callout.style.top = `${within(GAP, top, most.top)}px`;
    callout.style.left = `${within(GAP, left, most.left)}px`;
  };
  // Above everything, where the browser can do that.
  const setShown = (isShown) => {
    callout.hidden = !isShown;
    if ("showPopover" in callout && callout.matches(":popover-open") !== isShown) callout.togglePopover(isShown);
  };
  const arrive = (isFocused) => {
    hasArrived = true;
    mark(target());
    const { top, bottom, height } = marked?.getBoundingClientRect() ?? {};
    const isTall = height > innerHeight / 2;
    if (top < 0 || bottom > innerHeight) marked.scrollIntoView({ block: isTall ? "start" : "center" });
    setShown(true);
    place();
    if (isFocused) callout.focus({ preventScroll: true });
  };
  const look = (isFocused) => {
    const isThere = stepShown() === stops()[stop].step;
    if (hasNews() && !hadNews)
      end(); // which goes before
    else if (!hasArrived && isThere) arrive(isFocused);
    else if (hasArrived && !isThere)
      end(); // the user has gone elsewhere
    else if (hasArrived) place();
  };

  const show = (next, isFocused = true) => {
    stop = next;
    hasArrived = false;
    clearInterval(timer);
    const { step, title, text } = stops()[stop];
    callout.setAttribute("aria-label", title);
    callout.setAttribute("aria-description", text);
    callout.querySelector(".nnc-tour-title").textContent = title;
    callout.querySelector(".nnc-tour-text").textContent = text;
    callout.querySelector("small").textContent = `${stop + 1} of ${stops().length}`;
    button("back").disabled = stop === 0;
    button("next").textContent = stop === stops().length - 1 ? "Done" : "Next";
    if (stepShown() !== step) go(step);
    look(isFocused);
    timer = setInterval(look, LOOK, isFocused);
  };
  const end = () => {
    const hadFocus = callout.contains(document.activeElement);
    clearInterval(timer);
    stop = -1;
    mark(undefined);
    setShown(false);
    if (hadFocus) returnFocus();
  };
  const onClick = ({ target: clicked }) => {
    const { do: what } = clicked.closest("[data-do]")?.dataset ?? {};
    if (what === "back") show(stop - 1);
    else if (what === "next" && stop < stops().length - 1) show(stop + 1);
    else if (what === "next") {
      go(stops()[0].step); // where the work begins
      end();
    } else if (what) end();
  };
  const onKey = (event) => {
    if (event.key !== "Escape" || stop < 0) return;
    event.stopPropagation();
    end();
  };

  callout.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey, true);
  return {
    begin(isFocused) {
      rememberTour();
      hadNews = hasNews();
      show(0, isFocused);
    },
    beginOnFirstVisit() {
      if (hasBeenSeen()) return;
      const wait = setInterval(() => {
        if (!stepShown() && el.isConnected) return;
        clearInterval(wait);
        // A link may lead somewhere else, and a teacher may want something: then the tour waits for the next visit.
        if (stepShown() === stops()[0].step && !hasNews()) this.begin("voila" in document.body.dataset);
      }, LOOK);
    },
    close() {
      end();
      document.removeEventListener("keydown", onKey, true);
    },
  };
}
