// A slider through the epochs: the last position is the end, or what is learned now. It tells the kernel where it is; what
// the page shows follows. Where it plays, it goes on only once that has come.
const STEP_MS = 900;

const make = (tag, css, parent, attributes = {}) => {
  const made = document.createElement(tag);
  made.className = css;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
};

function render({ model, el }) {
  const play = make("button", "nnc-plain nnc-through-play", el, { type: "button" });
  const range = make("input", "nnc-through-range", el, { type: "range", min: 1, step: 1, "aria-label": "Epoch" });
  const place = make("span", "nnc-through-place", el);
  const back = make("button", "nnc-plain nnc-through-back", el, { type: "button" });
  const note = make("span", "nnc-through-note nnc-muted", el, { role: "status" });

  let at = 0; // an earlier epoch, 0 for the end
  let isAsked = false; // whether the page does not show it yet
  let timer;

  const words = () => {
    const [last, total] = [model.get("last"), model.get("total")];
    const of = total > 1 ? ` of ${total}` : "";
    if (at) return `After epoch ${at}${of}`;
    if (model.get("is_live")) return `Now, in epoch ${last}${of}`;
    return model.get("is_early") ? "The end" : `The end, epoch ${last}${of}`;
  };

  const draw = () => {
    const [last, isOff] = [model.get("last"), model.get("is_off")];
    range.max = model.get("total");
    range.value = at || last;
    range.disabled = play.disabled = isOff;
    range.setAttribute("aria-valuetext", words());
    place.textContent = words();
    note.textContent = model.get("note");
    back.textContent = model.get("is_live") ? "Back to now" : "Back to the end";
    back.disabled = !at;
    el.classList.toggle("nnc-through-past", at > 0);
    keepRoom();
    play.textContent = timer ? "❚❚" : "▶";
    play.setAttribute("aria-label", timer ? "Hold at this epoch" : "Play through the epochs");
  };

  // What is below the words of the verdict, and below its card, stays where it is as long as an earlier epoch is looked at.
  const keepRoom = () => {
    const card = el.closest(".nnc")?.querySelector(".nnc-verdict");
    const heightOf = (found) => (at && found ? `${found.getBoundingClientRect().height}px` : "");
    card?.style.setProperty("--nnc-words", heightOf(card.querySelector(".nnc-verdict-words")));
    card?.style.setProperty("min-height", heightOf(card));
  };

  const go = (epoch) => {
    const wanted = epoch >= model.get("last") ? 0 : epoch;
    if (wanted !== at) {
      at = wanted;
      isAsked = at !== model.get("shown");
      model.send({ epoch: at });
    }
    draw();
  };

  const hold = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const step = () => {
    if (isAsked) return;
    go(at + 1);
    if (!at) hold();
    draw();
  };
  const start = () => {
    if (!at) go(1);
    timer = setInterval(step, STEP_MS);
    draw();
  };

  const onShown = () => {
    if (at === model.get("shown")) isAsked = false;
    if (!isAsked) at = model.get("shown");
    draw();
  };
  const onMessage = (message) => {
    if (!message.leave) return;
    hold();
    at = 0;
    isAsked = false;
    draw();
  };

  range.addEventListener("input", () => {
    hold();
    go(Number(range.value));
  });
  range.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && at) go(model.get("last"));
  });
  play.addEventListener("click", () => {
    if (timer) {
      hold();
      draw();
    } else start();
  });
  back.addEventListener("click", () => {
    hold();
    go(model.get("last"));
    range.focus();
  });

  model.on("change:shown", onShown);
  model.on("change:last change:total change:is_live change:is_off change:is_early change:note", draw);
  model.on("msg:custom", onMessage);
  at = model.get("shown");
  draw();
  return () => {
    hold();
    model.off("change:shown", onShown);
    model.off("change:last change:total change:is_live change:is_off change:is_early change:note", draw);
    model.off("msg:custom", onMessage);
  };
}

export default { render };
