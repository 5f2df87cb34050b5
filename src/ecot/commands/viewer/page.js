"use strict";
// Everything shown comes from replies and tools and is not to be trusted: it is only ever set as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const ROW = 44;
const find = (id) => document.getElementById(id);
function make(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== "") node.textContent = text;
  if (name) node.className = name;
  return node;
}
function add(parent, ...children) { parent.append(...children); return parent; }
let shown = data.index;
let chosen = "";

function options(select, values, title) {
  add(select, add(make("option", title)));
  select.lastChild.value = "";
  for (const value of [...new Set(values)].sort()) { const option = make("option", value); option.value = value; add(select, option); }
}

function filter() {
  const env = find("env").value, label = find("label").value, turns = find("turns").value, ended = find("ended").value;
  const words = find("words").value.toLowerCase();
  const least = parseFloat(find("reward").value);
  shown = data.index.filter((item) =>
    (!env || item.env === env) && (!label || item.labels.includes(label)) && (!turns || String(item.labels.length) === turns) &&
    (!ended || String(item.passed) === ended) && (Number.isNaN(least) || item.reward >= least) &&
    (!words || (item.task + " " + item.id + " " + item.agent).toLowerCase().includes(words)));
  find("count").textContent = `${shown.length} of ${data.index.length} episodes`;
  find("list").scrollTop = 0;
  rows();
  if (!chosen) totals();
}

function rows() {
  const list = find("list"), holder = find("rows");
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5), count = Math.ceil(list.clientHeight / ROW) + 10;
  find("space").style.height = `${shown.length * ROW}px`;
  holder.style.top = `${first * ROW}px`;
  holder.replaceChildren(...shown.slice(first, first + count).map((item) => {
    const row = make("button", "", item.id === chosen ? "row chosen" : "row");
    row.dataset.id = item.id;
    const dots = item.labels.map((label) => { const dot = make("span", "", `dot ${label}`); dot.title = label; return dot; });
    add(row, make("span", item.task), make("br"), ...dots, make("small", ` ${item.reward.toFixed(2)} · ${item.agent} · ${item.id.slice(0, 8)}`));
    row.onclick = () => open(item.id);
    return row;
  }));
}

function bars(title, counts) {
  const part = add(make("section"), make("h3", title));
  const most = Math.max(1, ...counts.map(([, count]) => count));
  for (const [name, count, text] of counts) {
    const bar = make("i");
    bar.style.width = `${100 * count / most}%`;
    add(part, add(make("div", "", "bar"), make("span", name), add(make("span"), bar), make("span", text === undefined ? String(count) : text)));
  }
  return part;
}

function totals() {
  const labels = new Map(), turns = new Map();
  const most = Math.max(1, ...shown.map((item) => item.labels.length));
  const passed = new Array(most).fill(0);
  for (const item of shown) {
    for (const label of item.labels) labels.set(label, (labels.get(label) || 0) + 1);
    turns.set(item.labels.length, (turns.get(item.labels.length) || 0) + 1);
    const at = item.labels.indexOf("PASS");
    if (at >= 0) for (let turn = at; turn < most; turn += 1) passed[turn] += 1;
  }
  const share = (count) => shown.length ? `${(100 * count / shown.length).toFixed(1)} %` : "-";
  find("main").replaceChildren(make("h2", `${shown.length} episodes`),
    bars("Labels of turns", [...labels].sort((a, b) => b[1] - a[1])),
    bars("Passed by turn", passed.map((count, turn) => [`turn ${turn + 1}`, count, `${count} (${share(count)})`])),
    bars("Number of turns", [...turns].sort((a, b) => a[0] - b[0]).map(([name, count]) => [String(name), count])));
}

async function open(id) {
  chosen = id;
  location.hash = id;
  rows();
  const item = data.episodes ? data.episodes[id] : await (await fetch(`episode/${id}`)).json();
  if (!item) return;
  const main = find("main");
  const facts = make("dl");
  for (const [name, value] of Object.entries(item.facts)) if (value !== "") add(facts, make("dt", name, "dim"), make("dd", String(value)));
  const task = add(make("details"), make("summary", "Task"), make("pre", item.task_text));
  const back = make("button", "Totals");
  back.onclick = () => { chosen = ""; location.hash = ""; rows(); totals(); };
  main.replaceChildren(back, make("h2", `${item.env} · ${item.task}`), facts, task);
  item.turns.forEach((turn, index) => add(main, turnOf(item, turn, index)));
  if (item.error) add(main, make("h3", "Broken on our side"), make("pre", item.error));
  main.scrollTop = 0;
}

function turnOf(item, turn, index) {
  const part = make("section", "", "turn");
  const head = add(make("h3"), make("span", "", `dot ${turn.label}`), document.createTextNode(
    `Turn ${index + 1} of ${item.turns.length}: ${turn.label}${turn.stage ? ` at ${turn.stage}` : ""}, reward ${turn.reward.toFixed(2)}` +
    (turn.source && turn.source !== "real" ? ` (${turn.source}, not run)` : "")));
  add(part, head);
  if (turn.thinking) add(part, add(make("details"), make("summary", `Reasoning, ${turn.thinking.length} characters`), make("div", turn.thinking, "thinking")));
  if (turn.answer) add(part, make("pre", turn.answer));
  if (turn.code.length) add(part, codeOf(turn.code));
  for (const text of turn.diagnostics) add(part, make("pre", text, "diagnostic"));
  if (turn.picture) { const image = make("img"); image.src = turn.picture; image.alt = `picture of turn ${index + 1}`; add(part, image); }
  if (turn.stages.length) {
    const list = make("dl");
    for (const [name, passed, engine, seconds] of turn.stages) add(list, make("dt", `${passed ? "✓" : "✗"} ${name}`), make("dd", `${engine} ${seconds} s`));
    for (const [name, value] of Object.entries(turn.metrics)) add(list, make("dt", name, "dim"), make("dd", String(value)));
    add(part, add(make("details"), make("summary", "Stages and metrics"), list));
  }
  return part;
}

function codeOf(lines) {
  const table = make("table", "", "code");
  // Long stretches that did not change are folded away where anything did.
  const changed = lines.some((line) => line[0] !== " ");
  const near = lines.map((_, index) => !changed || lines.slice(Math.max(0, index - 3), index + 4).some((line) => line[0] !== " " || line[3]));
  for (let index = 0; index < lines.length; index += 1) {
    if (!near[index]) {
      let end = index;
      while (end < lines.length && !near[end]) end += 1;
      const row = make("tr"), cell = make("td", `… ${end - index} lines as before`, "dim");
      cell.colSpan = 3;
      const hidden = lines.slice(index, end);
      row.onclick = () => row.replaceWith(...hidden.map(lineOf));
      add(table, add(row, cell));
      index = end - 1;
      continue;
    }
    add(table, lineOf(lines[index]));
  }
  return table;
}

function lineOf([mark, number, text, named]) {
  const row = make("tr", "", `${mark === "+" ? "plus" : mark === "-" ? "minus" : ""}${named ? " named" : ""}`);
  return add(row, make("td", number ? String(number) : "", "n"), make("td", mark === " " ? "" : mark), make("td", text));
}

options(find("env"), data.index.map((item) => item.env), "every environment");
options(find("label"), data.index.flatMap((item) => item.labels), "every label");
options(find("turns"), data.index.map((item) => String(item.labels.length)), "any number of turns");
for (const id of ["env", "label", "turns", "ended", "words", "reward"]) find(id).addEventListener("input", filter);
find("list").addEventListener("scroll", rows);
window.addEventListener("resize", rows);
filter();
if (location.hash.length > 1) open(location.hash.slice(1));
