// Asks every two seconds how far the class is, and says what the teacher wants.
// What pages have reported is put into the page as text; the plot comes as a picture in which it is escaped.
const SECONDS = 2;
const found = (id) => document.getElementById(id);
let shown = "";
const { xsrf, longest } = found("class").dataset;

function show(view) {
  found("summary").textContent = view.summary;
  found("lesson").textContent = view.lesson ? `Set for all pages: ${view.lesson}` : "No lesson is set.";
  found("no-lesson").hidden = !view.lesson;
  found("stop-all").disabled = !view.can_stop;
  found("clear").disabled = !view.outcomes;
  found("asked").textContent = view.asked;
  found("no-answers").hidden = view.plot !== "";
  found("legend").hidden = view.plot === "";
  if (shown !== view.plot) found("plot").innerHTML = view.plot;
  shown = view.plot;
  showRows(view.pages);
  complain(view.trouble);
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
  for (const name of ["guess", "result"]) fillAnswer(row.querySelector(`[data-cell="${name}"]`), one[name]);
  for (const name of ["a", "b"]) fillProgress(row.querySelector(`[data-cell="${name}"]`), one[name]);
  row.querySelector("button").disabled = !one.can_stop;
}

function fillAnswer(cell, words) {
  cell.textContent = words;
  cell.title = words; // where there is no room for all of it
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

async function refresh() {
  try {
    const answer = await fetch("teacher/view", { cache: "no-store" });
    if (answer.ok) show(await answer.json());
    else complain("The server was restarted, or the token is another one. Open the teacher’s address again.");
  } catch {
    complain("The server does not answer. This page tries again by itself.");
  }
}

async function keepRefreshing() {
  await refresh();
  setTimeout(keepRefreshing, SECONDS * 1000);
}

async function wish(what, body) {
  try {
    const answer = await fetch(`teacher/${what}`, { method: "POST", body, headers: { "X-XSRFToken": xsrf } });
    const isTold = answer.headers.get("Content-Type")?.startsWith("application/json");
    found("told").textContent = isTold ? (await answer.json()).told : "The server did not take that. Reload this page.";
  } catch {
    found("told").textContent = "The server does not answer. Try again.";
  }
  await refresh();
}

found("stop-all").addEventListener("click", () => {
  if (confirm("Stop the training on all pages?")) wish("stop", "");
});
found("clear").addEventListener("click", () => {
  if (confirm("Clear all results? Save them first, if they are needed.")) wish("clear", "");
});
found("set-lesson")?.addEventListener("click", () => wish("lesson", found("lesson-name").value));
found("no-lesson").addEventListener("click", () => wish("lesson", ""));
found("lesson-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  // One byte more than may be, so that the server says in words that it is too much.
  if (file) await wish("lesson-file", file.slice(0, Number(longest) + 1));
  event.target.value = "";
});
found("show-large").addEventListener("click", () => found("large").showModal());
keepRefreshing();
