// A question about a run: fields that fit what is asked, and an answer that is drawn while it comes.
import { follow, forgetDraft, post } from "./core.js";

const form = document.getElementById("question");
const body = document.getElementById("answer-body");
const section = document.getElementById("answer");
const refine = document.getElementById("refine");
const clock = document.getElementById("clock");
let source = null;

const fit = () => {
  const change = form.elements.change.value;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(change);
  }
};

const setHeld = (fill) => {
  const option = form.elements.assumption.selectedOptions[0];
  const { low, central, high, unit } = option.dataset;
  document.getElementById("held").textContent = central ? `${central} (${low} – ${high}) ${unit}` : "";
  if (!fill) return;
  for (const name of ["low", "central", "high"]) form.elements[name].value = option.dataset[name] ?? "";
};

/** The same question goes with the forms that refine its answer. */
const copyQuestion = () => {
  for (const other of [document.getElementById("all"), document.getElementById("whole")]) {
    for (const field of other.querySelectorAll("input[type=hidden]")) {
      if (!["token", "members"].includes(field.name) && form.elements[field.name]) field.value = form.elements[field.name].value;
    }
  }
};

const showPage = async (url) => {
  const answer = await fetch(url, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page;
};

/** Draw what a job tells; `began` is when it was asked for. */
const listen = (job, began) => {
  source?.close();
  const page = `${form.dataset.page}?job=${job}`;
  section.setAttribute("aria-busy", "true");
  source = follow(job, async (event) => {
    if (!event.state) return;
    if (event.state === "queued") clock.textContent = event.what;
    for (const news of event.news ?? []) {
      if (news.kind !== "answer") continue;
      draw(news);
      clock.textContent = `${news.members} / ${news.planned} · ${((performance.now() - began) / 1000).toFixed(1)} s`;
    }
    if (["done", "failed", "broken", "cancelled", "interrupted"].includes(event.state)) {
      const found = await showPage(page);
      section.setAttribute("aria-busy", "false");
      const fresh = found.getElementById("answer");
      if (!fresh || event.state !== "done") {
        location.assign(event.state === "done" || event.state === "failed" ? page : `/jobs/${job}`);
        return;
      }
      body.innerHTML = found.getElementById("answer-body").innerHTML;
      refine.querySelector("#all button").hidden = found.querySelector("#all button").hidden;
      refine.hidden = false;
      copyQuestion();
      clock.textContent = `${((performance.now() - began) / 1000).toFixed(1)} s`;
      history.replaceState(null, "", page);
      document.getElementById("answer-h").focus({ preventScroll: innerWidth > 820 });
    }
  });
};

/** Draw a rough answer: texts as texts, drawings as the server drew them. */
const draw = (answer) => {
  const head = document.createElement("p");
  head.className = "lead";
  head.textContent = `${answer.members} / ${answer.planned}`;
  const drawings = document.createElement("div");
  drawings.className = "answer-drawings";
  answer.drawings.forEach((one, n) => {
    const box = document.createElement("figure");
    box.className = n ? "chart-box" : "chart-box first";
    const name = document.createElement("figcaption");
    name.textContent = one.name;
    box.append(name);
    box.insertAdjacentHTML("beforeend", one.svg);
    drawings.append(box);
  });
  body.replaceChildren(head, drawings);
};

const ask = async (fields, button) => {
  const began = performance.now();
  button.disabled = true;
  const answer = await post(form.dataset.page, fields);
  button.disabled = false;
  if (!answer.ok) {
    const told = document.createElement("div");
    told.setAttribute("role", "alert");
    const list = document.createElement("ul");
    list.className = "problems";
    told.append(list);
    for (const problem of answer.problems ?? [String(answer.status)]) {
      const row = document.createElement("li");
      row.textContent = problem;
      list.append(row);
    }
    body.replaceChildren(told);
    refine.hidden = true;
    return;
  }
  forgetDraft(form); // what is asked stands in the address
  listen(answer.job, began);
};

if (form) {
  fit();
  setHeld(false);
  form.elements.change.addEventListener("change", fit);
  form.elements.assumption.addEventListener("change", () => setHeld(true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    copyQuestion();
    ask(new FormData(form), event.submitter ?? form.querySelector("button"));
  });
  document.getElementById("all").addEventListener("submit", (event) => {
    event.preventDefault();
    ask(new FormData(event.target), event.submitter);
  });
  const waiting = document.querySelector("[data-waiting]");
  if (waiting) listen(waiting.dataset.waiting, performance.now());
}
