"use strict";
const form = document.querySelector(".filters");
const cases = [...document.querySelectorAll(".cases li[data-c]")];
const marks = [...document.querySelectorAll(".m[data-c]")];
const numbers = (mark) => mark.dataset.c.split(" ");

function choose(number) {
  for (const mark of marks) mark.classList.toggle("chosen", numbers(mark).includes(number));
  for (const item of cases) item.classList.toggle("chosen", item.dataset.c === number);
}

function filter() {
  const asked = new FormData(form);
  const kinds = new Set(asked.getAll("kind"));
  const [label, pair, text] = ["label", "pair", "document"].map((name) => asked.get(name) || "");
  const shown = new Set();
  for (const item of cases) {
    const place = item.closest(".document").dataset.document;
    item.hidden =
      !kinds.has(item.dataset.kind) ||
      (label && !item.dataset.labels.split(" ").includes(label)) ||
      (pair && item.dataset.pair !== pair) ||
      (text && place !== text);
    if (!item.hidden) shown.add(item.dataset.c);
  }
  for (const mark of marks) mark.classList.toggle("off", !numbers(mark).some((n) => shown.has(n)));
  for (const part of document.querySelectorAll(".document")) part.hidden = Boolean(text) && part.dataset.document !== text;
  document.body.classList.toggle("names", asked.has("names"));
  form.querySelector("output").textContent = `${shown.size} / ${cases.length}`;
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("click", (event) => {
  const item = event.target.closest(".cases li[data-c]");
  if (item) {
    choose(item.dataset.c);
    const first = marks.find((mark) => numbers(mark).includes(item.dataset.c));
    if (first) first.scrollIntoView({ block: "center" });
    return;
  }
  const mark = event.target.closest(".m[data-c]:not(.off)");
  if (mark) {
    const number = numbers(mark)[0];
    choose(number);
    document.getElementById(`case-${number}`).scrollIntoView({ block: "nearest" });
  }
});
filter();
