"use strict";

const KEYS = { "1": "left", ArrowLeft: "left", "2": "right", ArrowRight: "right", s: "skip" };
let shown = null;
let busy = false;

const byId = (id) => document.getElementById(id);

/** Program text comes as rows of [class, text]; it is only ever put in as text. */
function fill(element, rows) {
  element.replaceChildren(...rows.map((row) => {
    const line = document.createElement("span");
    line.className = row.differs ? "row mark" : "row";
    line.append(...row.words.map(([kind, text]) => {
      const word = document.createElement("span");
      if (kind) word.className = kind;
      word.textContent = text;
      return word;
    }));
    return line;
  }));
}

function list(element, lines) {
  element.replaceChildren(...(lines.length ? lines : ["Nothing."]).map((line) => {
    const item = document.createElement("li");
    item.textContent = line.text ?? line;
    if (line.final) item.className = "final";
    return item;
  }));
}

function show(state) {
  shown = state;
  const { answered, skipped, total } = state.progress;
  byId("bar").max = Math.max(total, 1);
  byId("bar").value = answered + skipped;
  byId("count").textContent = `${answered} answered, ${skipped} skipped, ${total - answered - skipped} to go`;
  byId("ask").hidden = !state.pair;
  byId("done").hidden = Boolean(state.pair);
  byId("note").hidden = state.kept;
  document.querySelector('[data-key="u"]').disabled = state.latest === null;
  document.querySelector('[data-key="s"]').disabled = !state.pair;
  document.body.dataset.pair = state.pair ? state.pair.id : "";
  if (!state.pair) return;
  byId("subtask").textContent = state.pair.subtask;
  for (const side of ["left", "right"]) {
    fill(document.querySelector(`#${side} .program`), state.pair[side].program);
    list(document.querySelector(`#${side} .effects`), state.pair[side].effects);
  }
}

async function talk(path, body) {
  if (busy) return;
  busy = true;
  try {
    const request = body === undefined ? {} : {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
    const reply = await fetch(path, { credentials: "same-origin", ...request });
    if (!reply.ok) throw new Error(await reply.text());
    show(await reply.json());
    byId("problem").hidden = true;
  } catch (error) {
    const lost = error instanceof TypeError;
    byId("problem").textContent = lost
      ? "The server does not answer. Your last key was not kept; start p2c label again, what was answered before is safe."
      : error.message;
    byId("problem").hidden = false;
  } finally {
    busy = false;
  }
}

function press(key) {
  if (!shown) return;
  if (key === "u") {
    if (shown.latest !== null) talk("undo", { answer: shown.latest });
  } else if (KEYS[key] && shown.pair) {
    talk("answer", { pair: shown.pair.id, verdict: KEYS[key] });
  }
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "u" || KEYS[event.key]) {
    event.preventDefault();
    press(event.key);
  }
});
for (const button of document.querySelectorAll("[data-key]")) {
  button.addEventListener("click", () => { press(button.dataset.key); button.blur(); });
}
// Another tab may have gone on meanwhile.
document.addEventListener("visibilitychange", () => { if (!document.hidden) talk("next"); });
talk("next");
