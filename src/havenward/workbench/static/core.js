// What every page does: theme, language, drafts of forms that are not saved yet, and times in local words.

const root = document.documentElement;

export const token = root.dataset.token;

/** Tell the person something, for screen readers too. */
export function tell(words) {
  document.getElementById("told").textContent = words;
}

/** Post a form's fields or a plain object; gives the answer's values, with its status. */
export async function post(url, fields) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const answer = await fetch(url, {
    method: "POST",
    body,
    headers: { "x-havenward-token": token, accept: "application/json" },
    credentials: "same-origin",
  });
  let values = {};
  try {
    values = await answer.json();
  } catch {
    // an answer without values says what it has to say by its status
  }
  return { status: answer.status, ok: answer.ok, ...values };
}

/** Follow a job; `told` is called with each event until the job has ended. */
export function follow(job, told) {
  const source = new EventSource(`/jobs/${job}/events`);
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    told(event);
    if (["done", "failed", "broken", "cancelled", "interrupted"].includes(event.state)) source.close();
  };
  return source;
}

// -- theme ---------------------------------------------------------------------------------------------

const themes = ["", "light", "dark"];
const kept = localStorage.getItem("havenward-theme") ?? "";
if (kept) root.dataset.theme = kept;
for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme ?? "") + 1) % themes.length];
    if (next) root.dataset.theme = next;
    else delete root.dataset.theme;
    localStorage.setItem("havenward-theme", next);
  });
}

for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => {
    const url = new URL(location.href);
    url.searchParams.set(select.name, select.value);
    location.assign(url);
  });
}

for (const time of document.querySelectorAll("time[data-seconds]")) {
  const when = new Date(Number(time.dataset.seconds) * 1000);
  time.dateTime = when.toISOString();
  time.textContent = when.toLocaleString(root.lang, { dateStyle: "medium", timeStyle: "short" });
}

// -- unsaved work: a form with data-draft keeps what is typed until it is sent -----------------------------

for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `havenward-draft:${location.pathname}:${form.dataset.draft}`;
  const fields = () => [...form.elements].filter((one) => one.name && !["token", "digest"].includes(one.name) && !["file", "password", "hidden"].includes(one.type));
  const held = JSON.parse(localStorage.getItem(key) ?? "null");
  if (held) {
    for (const one of fields()) {
      if (!(one.name in held)) continue;
      if (one.type === "checkbox" || one.type === "radio") one.checked = held[one.name].includes(one.value);
      else one.value = held[one.name];
    }
    form.dataset.unsaved = "";
  }
  form.addEventListener("input", () => {
    const now = {};
    for (const one of fields()) {
      if (one.type === "checkbox" || one.type === "radio") {
        now[one.name] ??= [];
        if (one.checked) now[one.name].push(one.value);
      } else now[one.name] = one.value;
    }
    localStorage.setItem(key, JSON.stringify(now));
    form.dataset.unsaved = "";
  });
  form.addEventListener("reset", () => {
    localStorage.removeItem(key);
    delete form.dataset.unsaved;
  });
  // the answer to a saved form carries ?saved=NAME: only then is the draft gone
  if (new URLSearchParams(location.search).get("saved") === form.dataset.draft) {
    localStorage.removeItem(key);
    delete form.dataset.unsaved;
    form.reset();
  }
}
