// Asks every two seconds how far the class is, and says what the teacher wants.
// What pages have reported is put into the page as text; the plot comes as a picture in which it is escaped.
const SECONDS = 2;
const PATIENCE_SECONDS = 10;
const MESSAGE_SECONDS = 8;
const found = (id) => document.getElementById(id);
const { xsrf, longest } = found("class").dataset;
const drawn = new Map();
let looks = 0; // of several that are under way, the newest one counts
let isTold = () => true; // whether the newest message still holds
let asked = null; // the lesson whose answers the teacher has chosen; until then it is that of the class

function show(view) {
  found("summary").textContent = view.summary;
  const none = view.opening ? `Pages open with: ${view.opening}` : "No lesson is set.";
  found("lesson").textContent = view.lesson ? `Set for all pages: ${view.lesson}` : none;
  found("no-lesson").hidden = !view.lesson;
  found("stop-all").disabled = !view.can_stop;
  found("clear").disabled = !view.outcomes;
  showRows(view.pages);
  complain(view.trouble);
  if (!isTold(view)) tell("", "");
  offer(found("lesson-name"), view.lessons);
  offer(found("asked"), view.asked);
  found("asked").value = view.shown;
  found("asked").hidden = view.asked.length < 2 && !view.shown;
  const isEmpty = view.plot === "";
  found("no-answers").hidden = !isEmpty;
  found("enlarge").disabled = isEmpty;
  for (const legend of document.querySelectorAll(".t-legend")) legend.hidden = isEmpty;
  for (const place of document.querySelectorAll("[data-shown]")) put(place, view[place.dataset.shown]);
}

function put(place, content) {
  if (drawn.get(place) === content) return;
  drawn.set(place, content);
  if (place.dataset.shown === "plot") place.innerHTML = content;
  else place.textContent = content;
}

function offer(list, options) {
  const content = JSON.stringify(options);
  if (drawn.get(list) === content) return; // one that is open stays so
  drawn.set(list, content);
  const chosen = list.value;
  list.replaceChildren(...options.map(option));
  if (options.some(([value]) => value === chosen)) list.value = chosen;
}

function option([value, name, isAllowed = true]) {
  const made = new Option(name, value);
  made.disabled = !isAllowed; // beyond the limits of this server
  return made;
}

function showRows(pages) {
  const body = found("pages").tBodies[0];
  const numbers = new Set(pages.map((one) => String(one.page)));
  for (const row of [...body.rows]) if (!numbers.has(row.dataset.page)) row.remove();
  for (const [index, one] of pages.entries()) {
    const known = [...body.rows].find((row) => row.dataset.page === String(one.page));
    fillRow(known ?? body.insertBefore(newRow(one.page), body.rows[index] ?? null), one);
  }
  found("pages").hidden = pages.length === 0;
  found("nobody").hidden = pages.length > 0;
}

function newRow(page) {
  const row = found("row").content.firstElementChild.cloneNode(true);
  row.dataset.page = page;
  row.querySelector("th").textContent = `Page ${page}`;
  const button = row.querySelector("button");
  button.setAttribute("aria-label", `Stop page ${page}`);
  button.addEventListener("click", () => wish("stop", String(page)));
  return row;
}

function fillRow(row, one) {
  row.dataset.kind = one.kind;
  row.querySelector('[data-cell="state"]').textContent = one.state;
  for (const name of ["guess", "result"]) {
    const cell = row.querySelector(`[data-cell="${name}"]`);
    cell.firstElementChild.textContent = one[name];
    cell.title = one.words[name] ?? ""; // whole, with its unit
  }
  for (const name of ["a", "b"]) fillProgress(row.querySelector(`[data-cell="${name}"]`), one[name]);
  row.querySelector("button").disabled = !one.can_stop;
}

function fillProgress(cell, figures) {
  const bar = cell.querySelector("progress");
  bar.hidden = !figures;
  if (figures) bar.value = figures.share;
  cell.querySelector("span").textContent = figures ? `${figures.epochs} · ${figures.accuracy}` : "";
}

function complain(words) {
  if (found("trouble").textContent !== words) found("trouble").textContent = words;
  found("trouble").hidden = !words;
}

// Returns what to do with the server's answer.
async function look() {
  try {
    const query = asked === null ? "" : `?${new URLSearchParams({ asked })}`;
    const signal = AbortSignal.timeout(PATIENCE_SECONDS * 1000);
    const answer = await fetch(`teacher/view${query}`, { cache: "no-store", signal });
    if (!answer.ok)
      return () => complain("The server was restarted, or the token is another one. Open the teacher’s address again.");
    const view = await answer.json();
    return () => show(view);
  } catch {
    return () => complain("The server does not answer. This page tries again by itself.");
  }
}

async function refresh() {
  looks += 1;
  const number = looks;
  const act = await look();
  if (number === looks) act();
}

async function keepRefreshing() {
  await refresh();
  setTimeout(keepRefreshing, SECONDS * 1000);
}

// A message stays while it says what is not to be seen elsewhere: what is being stopped, and what went wrong.
function tell(words, what, page) {
  const since = performance.now();
  const isStopping = (view) => view.pages.some((one) => one.can_stop && (page === "" || page === String(one.page)));
  const isNew = () => performance.now() - since < MESSAGE_SECONDS * 1000;
  isTold = what === "" ? () => true : (view) => isNew() || (what === "stop" && isStopping(view));
  found("told").textContent = words;
  found("told").classList.toggle("t-wrong", what === "" && words !== "");
}

async function wish(what, body) {
  try {
    const answer = await fetch(`teacher/${what}`, { method: "POST", body, headers: { "X-XSRFToken": xsrf } });
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
      const { told, is_right: isRight } = await answer.json();
      tell(told, isRight ? what : "", body);
    } else tell("The server did not take that. Reload this page.", "");
  } catch {
    tell("The server does not answer. Try again.", "");
  }
  await refresh();
}

found("stop-all").addEventListener("click", () => {
  if (confirm("Stop the training on all pages?")) wish("stop", "");
});
found("clear").addEventListener("click", () => {
  if (confirm("Clear all results? Save them first, if they are needed.")) wish("clear", "");
});
found("set-lesson").addEventListener("click", () => setLesson("lesson", found("lesson-name").value));
found("no-lesson").addEventListener("click", () => setLesson("lesson", ""));
found("lesson-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  // One byte more than may be, so that the server says in words that it is too much.
  if (file) await setLesson("lesson-file", file.slice(0, Number(longest) + 1));
  event.target.value = "";
});
found("asked").addEventListener("change", (event) => {
  asked = event.target.value;
  refresh();
});
for (const button of document.querySelectorAll("[data-opens]"))
  button.addEventListener("click", () => found(button.dataset.opens).showModal());

async function setLesson(what, body) {
  asked = null;
  await wish(what, body);
}

keepRefreshing();
