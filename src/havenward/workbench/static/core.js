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

/**
 * Follow a job; `told` is called with each event until the job has ended. A tab that is not looked at lets go of
 * its connection, since a browser opens only a few to one server; it goes on where it stopped, and no news are
 * told twice. The answer's `close()` ends it.
 */
export function follow(job, told) {
  let source = null;
  let heard = 0;
  let over = false;
  const stop = () => {
    over = true;
    source?.close();
    document.removeEventListener("visibilitychange", look);
  };
  function listen() {
    source = new EventSource(`/jobs/${encodeURIComponent(job)}/events?heard=${heard}`);
    source.onmessage = (message) => {
      const event = JSON.parse(message.data);
      heard = event.heard ?? heard;
      if (["done", "failed", "broken", "cancelled", "interrupted"].includes(event.state)) stop();
      told(event);
    };
  }
  function look() {
    if (over) return;
    source?.close();
    source = null;
    if (!document.hidden) listen();
  }
  document.addEventListener("visibilitychange", look);
  if (!document.hidden) listen();
  return { close: stop };
}

// -- theme ---------------------------------------------------------------------------------------------

const themes = ["", "light", "dark"];
const chosen = recall("havenward-theme") ?? "";
if (chosen) root.dataset.theme = chosen;
for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme ?? "") + 1) % themes.length];
    if (next) root.dataset.theme = next;
    else delete root.dataset.theme;
    remember("havenward-theme", next || null);
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
//
// The draft also keeps the digest of what it was based on. Where somebody has changed that since, the person is
// told and chooses; until then the old digest stays in the form, so that the server refuses to write over it.

function remember(key, values) {
  try {
    if (values === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(values));
  } catch {
    // a browser that keeps nothing keeps no drafts
  }
}

function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

const isDigest = (one) => one.name.startsWith("digest");

function offer(form, older, keep, drop) {
  const notice = document.createElement("p");
  notice.className = "draft-notice";
  notice.setAttribute("role", "status");
  notice.append(older ? root.dataset.draftOlder : root.dataset.draftKept, " ");
  const button = (words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet";
    made.textContent = words;
    made.addEventListener("click", () => {
      act();
      notice.remove();
    });
    notice.append(made, " ");
  };
  if (older) button(root.dataset.draftKeep, keep);
  button(root.dataset.draftDrop, drop);
  form.prepend(notice);
}

const draftKey = (form) => `havenward-draft:${location.pathname}:${form.dataset.draft}`;

/** Let the draft of a form go: what it asked for is under way. */
export function forgetDraft(form) {
  remember(draftKey(form), null);
  delete form.dataset.unsaved;
  for (const notice of form.querySelectorAll(".draft-notice")) notice.remove();
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = draftKey(form);
  const kept = ["file", "password", "hidden", "submit", "button"];
  const fields = () => [...form.elements].filter((one) => one.name && one.name !== "token" && !kept.includes(one.type));
  const digests = () => [...form.elements].filter((one) => one.name && isDigest(one));
  const current = Object.fromEntries(digests().map((one) => [one.name, one.value]));
  const keepNow = () => {
    const now = {};
    for (const one of fields()) {
      if (one.type === "checkbox" || one.type === "radio") {
        now[one.name] ??= [];
        if (one.checked) now[one.name].push(one.value);
      } else if (one.multiple) now[one.name] = [...one.selectedOptions].map((option) => option.value);
      else now[one.name] = one.value;
    }
    for (const one of digests()) now[one.name] = one.value;
    remember(key, now);
    form.dataset.unsaved = "";
  };
  const drop = () => {
    remember(key, null);
    delete form.dataset.unsaved;
    for (const one of digests()) one.value = current[one.name];
  };

  // the answer to a saved form carries ?saved=NAME: only then is the draft gone
  const saved = new URLSearchParams(location.search).get("saved") === form.dataset.draft;
  if (saved) remember(key, null);
  const held = saved ? null : recall(key);
  if (held) {
    for (const one of fields()) {
      if (!(one.name in held)) continue;
      if (one.type === "checkbox" || one.type === "radio") one.checked = held[one.name].includes(one.value);
      else if (one.multiple) for (const option of one.options) option.selected = held[one.name].includes(option.value);
      else one.value = held[one.name];
    }
    let older = false;
    for (const one of digests()) {
      if (!(one.name in held) || held[one.name] === one.value) continue;
      older = true;
      one.value = held[one.name];
    }
    form.dataset.unsaved = "";
    offer(
      form,
      older,
      () => {
        for (const one of digests()) one.value = current[one.name];
        keepNow();
      },
      () => form.reset(),
    );
  }
  form.addEventListener("input", keepNow);
  form.addEventListener("change", keepNow);
  form.addEventListener("reset", () => {
    document.querySelectorAll(".draft-notice").forEach((one) => form.contains(one) && one.remove());
    drop();
  });
}

// -- a box that filters the rows of a table ------------------------------------------------------------------

const box = document.querySelector("[data-filter-box]");
if (box) {
  box.hidden = false;
  const rows = [...document.querySelectorAll("#rows tbody tr")];
  box.querySelector("input").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLocaleLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
  });
}
