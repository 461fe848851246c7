// Reports: files dropped on the form; figures decided on by key, saved at once, taken back by key.

import { follow, post, tell } from "/static/core.js";

// -- taking in -----------------------------------------------------------------------------------------

for (const form of document.querySelectorAll("form[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const stop = (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };
  form.addEventListener("dragover", (event) => { stop(event); form.classList.add("over"); });
  for (const end of ["dragleave", "drop"]) form.addEventListener(end, () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    stop(event);
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    tell([...input.files].map((file) => file.name).join(", "));
  });
}

// -- reading, while it goes on ---------------------------------------------------------------------------

for (const note of document.querySelectorAll("[data-follow]")) {
  const bar = note.querySelector("progress");
  follow(note.dataset.follow, (event) => {
    if (!event.state) return;
    if (event.steps) {
      bar.max = event.steps;
      bar.value = event.done;
    }
    if (event.state === "done" && !(event.result.problems ?? []).length) location.assign(location.pathname);
    else if (!["queued", "running"].includes(event.state)) location.assign(`/jobs/${note.dataset.follow}`);
  });
}

// -- deciding on figures -------------------------------------------------------------------------------

const reading = document.querySelector("[data-review]");
if (reading) {
  const cards = [...reading.querySelectorAll("[data-figure]")];
  const trouble = reading.querySelector("[data-trouble]");
  const stackKey = `havenward-undo:${location.pathname}`;
  const stack = JSON.parse(sessionStorage.getItem(stackKey) ?? "[]");
  let digest = reading.dataset.digest;
  let at = -1;
  let busy = Promise.resolve();
  let turn = Promise.resolve();

  // keys may come faster than answers: each waits for the one before it, and acts on the figure then chosen
  const inTurn = (act) => {
    turn = turn.then(act, act);
    return turn;
  };

  for (const keys of reading.querySelectorAll("[data-keys]")) keys.hidden = false;

  const choose = (number, focus = true) => {
    if (!cards.length) return;
    at = Math.min(Math.max(number, 0), cards.length - 1);
    for (const chosen of reading.querySelectorAll(".chosen")) chosen.classList.remove("chosen");
    const card = cards[at];
    const mark = document.getElementById(`mark-${card.dataset.figure}`);
    card.classList.add("chosen");
    mark?.classList.add("chosen");
    if (focus) card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
    mark?.scrollIntoView({ block: "nearest" });
  };

  const complain = (words) => {
    trouble.hidden = !words;
    trouble.textContent = words ?? "";
    if (words) trouble.scrollIntoView({ block: "nearest" });
  };

  const paint = (card, now, before) => {
    const states = ["open", "accepted", "corrected", "rejected"];
    for (const one of [card, card.querySelector("[data-state]"), document.getElementById(`mark-${card.dataset.figure}`)]) {
      one?.classList.remove(...states);
      one?.classList.add(now.review);
    }
    card.querySelector("[data-state]").textContent = now.state;
    for (const [name, words] of Object.entries(now.said)) {
      const place = card.querySelector(`[data-said="${name}"]`);
      if (!place) continue;
      (place.querySelector("bdi") ?? place).textContent = words;
      if (place.classList.contains("with-dot")) place.hidden = !words;
    }
    const left = reading.querySelector("[data-left]");
    const open = cards.filter((one) => one.classList.contains("open")).length;
    left.textContent = left.textContent.replace(/\d+/, String(open));
    // a draft that began from an older file keeps the digest of that: the person has to look first
    for (const field of reading.querySelectorAll("input[name=digest]")) if (field.value === before) field.value = digest;
  };

  // one after another, so that each is sent with the digest that the one before it left
  const send = (card, fields, { remember = true } = {}) => {
    busy = busy.then(async () => {
      complain();
      for (const field of card.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
      for (const words of card.querySelectorAll(".field .beside")) words.remove();
      let now;
      try {
        now = await post(reading.dataset.review, { digest, ...fields, figure: card.dataset.figure });
      } catch {
        complain(reading.dataset.saidLost);
        return false;
      }
      if (now.status === 409) {
        complain(reading.dataset.saidConflict);
        return false;
      }
      if (!now.ok) {
        for (const [name, words] of Object.entries(now.beside ?? {})) {
          const field = card.querySelector(`[data-correct] [name="${name}"]`);
          if (!field) continue;
          field.setAttribute("aria-invalid", "true");
          const said = document.createElement("p");
          said.className = "beside";
          said.id = `${field.id}-wrong`;
          said.textContent = words;
          field.setAttribute("aria-describedby", said.id);
          field.closest(".field").append(said);
          field.closest("details").open = true;
          field.focus();
        }
        complain((now.problems ?? []).join(" ") || (now.beside ? "" : `${now.status}`));
        return false;
      }
      const before = digest;
      digest = now.digest;
      if (remember) stack.push({ figure: card.dataset.figure, before: now.before });
      sessionStorage.setItem(stackKey, JSON.stringify(stack.slice(-100)));
      paint(card, now, before);
      tell(now.state);
      return true;
    });
    return busy;
  };

  const decide = async (action) => {
    if (at < 0) return choose(0);
    const card = cards[at];
    if (await send(card, { action })) choose(Math.min(at + 1, cards.length - 1));
  };

  const takeBack = async () => {
    const last = stack.at(-1);
    if (!last) return tell(reading.dataset.saidNone);
    const number = cards.findIndex((card) => card.dataset.figure === last.figure);
    if (number < 0) return tell(reading.dataset.saidNone);
    const fields = { action: "restore", ...last.before };
    if (await send(cards[number], fields, { remember: false })) {
      stack.pop();
      sessionStorage.setItem(stackKey, JSON.stringify(stack));
      const form = cards[number].querySelector("[data-correct]");
      for (const [name, value] of Object.entries(last.before)) keepAsSaved(form.elements[name], value);
      choose(number);
    }
  };

  const keepAsSaved = (field, value) => {
    if (!field || field.name === "review") return;
    field.value = value;
    if (field.tagName === "SELECT") for (const option of field.options) option.defaultSelected = option.value === value;
    else field.defaultValue = value;
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (typing) {
      if (event.key === "Escape" && event.target.closest("[data-correct]")) {
        event.target.closest("details").open = false;
        choose(at);
      }
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const acts = {
      j: () => choose(at + 1), k: () => choose(at - 1), a: () => decide("accept"), r: () => decide("reject"), u: takeBack,
      c: () => {
        if (at < 0) choose(0);
        const details = cards[at]?.querySelector("details");
        if (!details) return;
        details.open = true;
        details.querySelector("input:not([type=hidden]), select")?.focus();
      },
    };
    if (!(event.key in acts)) return;
    event.preventDefault();
    inTurn(acts[event.key]);
  });

  reading.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-for]");
    if (mark) {
      event.preventDefault();
      choose(cards.findIndex((card) => card.id === mark.dataset.for));
      history.replaceState(null, "", `#${mark.dataset.for}`);
      return;
    }
    const card = event.target.closest("[data-figure]");
    if (card) choose(cards.indexOf(card), false);
  });

  reading.addEventListener("submit", (event) => {
    const form = event.target.closest("form");
    const card = form.closest("[data-figure]");
    if (!card) return;
    event.preventDefault();
    const action = event.submitter?.value ?? "correct";
    inTurn(async () => {
      at = cards.indexOf(card);
      if (!form.matches("[data-correct]")) {
        if (action === "reopen") await send(card, { action });
        else await decide(action);
        return;
      }
      const fields = Object.fromEntries(new FormData(form));
      if (await send(card, { ...fields, action: "correct" })) {
        for (const field of form.elements) if (field.name && field.type !== "hidden") keepAsSaved(field, fields[field.name]);
        form.reset(); // what was typed is saved: the draft goes
        form.closest("details").open = false;
        choose(at);
      }
    });
  });

  for (const form of reading.querySelectorAll("[data-correct]")) {
    form.addEventListener("reset", () => setTimeout(() => { form.elements.digest.value = digest; }));
  }
  for (const form of reading.querySelectorAll("[data-correct]")) if (form.dataset.unsaved !== undefined) form.closest("details").open = true;
  const wanted = cards.findIndex((card) => `#${card.id}` === decodeURIComponent(location.hash));
  const first = cards.findIndex((card) => card.classList.contains("open"));
  if (wanted >= 0) choose(wanted);
  else if (first >= 0) { choose(first, false); window.scrollTo(0, 0); }
}
