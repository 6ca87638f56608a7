"use strict";
// The error browser. What comes from texts is only ever set as text, never as markup.
(() => {
  const PAGE = 25;
  const data = JSON.parse(document.getElementById("data").textContent);
  const section = document.getElementById("browser");
  const form = document.getElementById("filters");
  const list = document.getElementById("errors");
  const count = document.getElementById("count");
  const pageText = document.getElementById("page");
  const pages = document.getElementById("pages");
  const [previous, next] = pages.querySelectorAll("button");
  const FILTERS = ["layer", "kind", "label", "role", "document"];
  let page = 0;
  let chosen = null;

  const field = (name) => form.elements.namedItem(name);
  const make = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  // What an error can be found by; made once for each extractor that is looked at.
  const prepared = new Map();
  const fold = (text) =>
    text.normalize("NFKC").replace(/[\u064b-\u065f\u0670\u0640]/gu, "")
      .replace(/[أإآٱ]/gu, "ا").toLocaleLowerCase();
  function prepare(result) {
    if (!prepared.has(result.name)) {
      const folded = result.sentences.map((sentence) => fold(sentence.text));
      prepared.set(result.name, result.errors.map((error, number) => {
        const items = [...error.gold, ...error.predicted];
        const names = items.map((item) => item.label);
        const events = items.filter((item) => item.event).map((item) => item.event.label);
        const isArgument = events.length > 0;
        return {
          number, error, layer: [error.layer], kind: [error.kind],
          label: isArgument ? events : names, role: isArgument ? names : [],
          document: [result.sentences[error.sentence].document],
          text: folded[error.sentence],
        };
      }));
    }
    return prepared.get(result.name);
  }

  const current = () =>
    data.results.find((result) => result.name === field("extractor").value) || data.results[0];

  function matches(row, wanted, except) {
    return FILTERS.every((name) => name === except || !wanted[name] || row[name].includes(wanted[name]))
      && (!wanted.search || row.text.includes(wanted.search));
  }

  function wishes() {
    const wanted = { search: fold(field("search").value.trim()) };
    for (const name of FILTERS) wanted[name] = field(name).value;
    return wanted;
  }

  // Each list offers what the other filters leave, with counts.
  function fillLists(rows, wanted) {
    for (const name of FILTERS) {
      const counts = new Map();
      for (const row of rows) {
        if (!matches(row, wanted, name)) continue;
        for (const value of new Set(row[name])) counts.set(value, (counts.get(value) || 0) + 1);
      }
      if (wanted[name] && !counts.has(wanted[name])) counts.set(wanted[name], 0);
      const select = field(name);
      const values = [...counts.keys()];
      if (name === "kind") values.sort((a, b) => Object.keys(data.meanings).indexOf(a) - Object.keys(data.meanings).indexOf(b));
      else if (name !== "layer") values.sort();
      const any = new Option("all", "");
      const options = values.map((value) =>
        new Option(`${name === "layer" ? data.layers[value] || value : value} (${counts.get(value)})`, value));
      select.replaceChildren(any, ...options);
      select.value = wanted[name];
      select.disabled = values.length === 0;
    }
  }

  // Offsets are code points; JavaScript counts UTF-16.
  function mark(sentence, error, others) {
    const points = Array.from(sentence.text);
    const marks = [];
    if (others) {
      for (const [start, end] of [...sentence.gold, ...sentence.predicted]) marks.push({ start, end, type: "o" });
    }
    const events = new Map();
    for (const [type, items] of [["g", error.gold], ["p", error.predicted]]) {
      for (const item of items) {
        marks.push({ start: item.start, end: item.end, type, label: item.label });
        const event = item.event;
        if (event) events.set(`${event.start} ${event.end} ${event.label}`, { ...event, type: "t" });
      }
    }
    marks.push(...events.values());
    const edges = new Set([0, points.length]);
    for (const { start, end } of marks) edges.add(start).add(end);
    const cuts = [...edges].filter((edge) => edge >= 0 && edge <= points.length).sort((a, b) => a - b);
    const paragraph = make("p", undefined, "sentence");
    paragraph.dir = section.dataset.direction;
    if (section.dataset.language) paragraph.lang = section.dataset.language;
    for (let i = 0; i + 1 < cuts.length; i += 1) {
      const [from, to] = [cuts[i], cuts[i + 1]];
      const text = points.slice(from, to).join("");
      const here = marks.filter(({ start, end }) => start <= from && to <= end);
      if (here.length === 0) {
        paragraph.append(text);
        continue;
      }
      const span = make("span", text, [...new Set(here.map(({ type }) => type))].join(" "));
      const starting = (types) => here.filter(({ start, type, label }) => label && start === from && types.includes(type)).map(({ label }) => label);
      const above = starting("g");
      const below = [...starting("p"), ...starting("t")];
      if (above.length) span.dataset.gold = above.join(" · ");
      if (below.length) span.dataset.wrong = below.join(" · ");
      paragraph.append(span);
    }
    return paragraph;
  }

  function describe(title, items, sentence) {
    const line = make("span");
    line.append(make("b", `${title}: `));
    if (items.length === 0) line.append("nothing");
    const points = Array.from(sentence.text);
    items.forEach((item, i) => {
      if (i) line.append("; ");
      line.append(make("bdi", item.label), " ", make("bdi", points.slice(item.start, item.end).join("")));
      if (item.event) {
        line.append(" of ", make("bdi", item.event.label), " ", make("bdi", points.slice(item.event.start, item.event.end).join("")));
      }
    });
    return line;
  }

  function card(result, row) {
    const { error, number } = row;
    const sentence = result.sentences[error.sentence];
    const item = make("li");
    item.id = `error-${number}`;
    if (number === chosen) item.className = "chosen";
    const title = make("h3");
    const link = make("a", `#${number + 1}`);
    link.href = `#${new URLSearchParams({ extractor: result.name, error: number + 1 })}`;
    link.setAttribute("aria-label", `Link to error ${number + 1}`);
    const kind = make("span", error.kind, "kind");
    kind.title = data.meanings[error.kind] || "";
    const counts = [];
    if (error.predicted.length) counts.push(`${error.predicted.length} FP`);
    if (error.gold.length) counts.push(`${error.gold.length} FN`);
    title.append(link, make("span", data.layers[error.layer] || error.layer), kind, make("span", counts.join(", ")), make("span", sentence.document, "document"));
    const found = make("p", undefined, "found");
    found.append(describe("Gold", error.gold, sentence), describe("Predicted", error.predicted, sentence));
    item.append(title, mark(sentence, error, field("others").checked), found);
    return item;
  }

  function show() {
    const result = current();
    const rows = prepare(result);
    const wanted = wishes();
    fillLists(rows, wanted);
    const left = rows.filter((row) => matches(row, wanted));
    const last = Math.max(0, Math.ceil(left.length / PAGE) - 1);
    page = Math.min(page, last);
    const sum = (side) => left.reduce((total, row) => total + row.error[side].length, 0);
    const kept = result.total > rows.length ? ` (the first ${rows.length} of ${result.total} are kept)` : "";
    count.textContent = `${left.length} of ${rows.length} errors: ${sum("predicted")} FP, ${sum("gold")} FN${kept}`;
    list.start = page * PAGE + 1;
    list.replaceChildren(...left.slice(page * PAGE, (page + 1) * PAGE).map((row) => card(result, row)));
    pages.hidden = last === 0;
    pageText.textContent = `Page ${page + 1} of ${last + 1}`;
    previous.disabled = page === 0;
    next.disabled = page === last;
  }

  // The address says what is shown, so that it can be sent to somebody.
  function remember() {
    const state = new URLSearchParams();
    for (const name of ["extractor", ...FILTERS, "search"]) {
      if (field(name).value && !(name === "extractor" && data.results.length === 1)) state.set(name, field(name).value);
    }
    if (field("others").checked) state.set("others", "1");
    if (page) state.set("page", page + 1);
    const text = state.toString();
    history.replaceState(null, "", text ? `#${text}` : "#browser");
  }

  function recall() {
    const text = location.hash.slice(1);
    if (!text.includes("=")) return false;
    const state = new URLSearchParams(text);
    const name = state.get("extractor");
    field("extractor").value = data.results.some((result) => result.name === name) ? name : data.results[0].name;
    for (const filter of FILTERS) {
      const value = state.get(filter) || "";
      const select = field(filter);
      if (value && ![...select.options].some((option) => option.value === value)) select.append(new Option(value, value));
      select.value = value;
    }
    field("search").value = state.get("search") || "";
    field("others").checked = state.get("others") === "1";
    page = Math.max(0, (parseInt(state.get("page"), 10) || 1) - 1);
    const number = parseInt(state.get("error"), 10);
    chosen = number ? number - 1 : null;
    if (chosen !== null) page = Math.floor(chosen / PAGE);
    show();
    const target = chosen === null ? section : document.getElementById(`error-${chosen}`) || section;
    target.scrollIntoView({ block: chosen === null ? "start" : "center", behavior: "instant" });
    return true;
  }

  function change() {
    page = 0;
    chosen = null;
    show();
    remember();
  }

  field("extractor").replaceChildren(...data.results.map((result) => new Option(result.name, result.name)));
  let waiting = 0;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    if (event.target.name !== "search") change();
  });
  field("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(change, 120);
  });
  form.addEventListener("reset", () => setTimeout(() => {
    for (const name of FILTERS) field(name).value = "";
    change();
  }));
  const turn = (by) => {
    page += by;
    show();
    remember();
    section.scrollIntoView({ behavior: "instant" });
    // A button that is switched off would take the focus with it.
    if (document.activeElement === document.body || document.activeElement.disabled) section.focus();
  };
  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  addEventListener("hashchange", recall);
  if (!recall()) show();
})();
