// The curve that three numbers mean is drawn while they are typed.

const form = document.querySelector("form[data-curve]");
const box = document.getElementById("curve");
const wrong = document.getElementById("q-wrong");
const before = box.innerHTML;
let asked = 0;
let timer;

form.querySelector("[data-only-plain]").hidden = true;

async function show() {
  const values = new URLSearchParams();
  for (const name of ["low", "middle", "high"]) values.set(name, form.elements[name].value);
  const mine = ++asked;
  const answer = await fetch(`${form.dataset.curve}?${values}`, { headers: { accept: "application/json" } });
  if (mine !== asked) return; // a later one is on its way
  const now = answer.ok ? await answer.json() : {};
  wrong.hidden = !now.problem;
  wrong.textContent = now.problem ?? "";
  if (!now.picture) return;
  box.innerHTML = now.picture; // drawn by the server, every text in it escaped
  document.getElementById("meant").textContent = now.words;
  document.getElementById("proposed").hidden = false;
}

form.addEventListener("input", (event) => {
  if (!["low", "middle", "high"].includes(event.target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(show, 120);
});
form.addEventListener("reset", () => {
  asked += 1;
  box.innerHTML = before;
  document.getElementById("proposed").hidden = true;
  wrong.hidden = true;
});
if (form.dataset.unsaved !== undefined) show();
