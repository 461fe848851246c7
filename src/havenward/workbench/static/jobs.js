// Follows one job and goes on to what it made.
import { follow } from "./core.js";

const place = document.getElementById("job");
const bar = document.getElementById("bar");
const whole = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
const rough = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 2 });
let first = null; // when the piece of work that is under way was first heard of, and how far it was then

function say_count(event) {
  const count = place.querySelector("[data-job-count]");
  if (!event.steps) return;
  if (!first || first.what !== event.what || event.done < first.done) {
    first = { what: event.what, done: event.done, at: performance.now() };
  }
  const seconds = (performance.now() - first.at) / 1000;
  const rate = seconds > 2 ? (event.done - first.done) / seconds : 0;
  const said = { "###": rough.format(rate), "##": whole.format(event.steps), "#": whole.format(event.done) };
  count.textContent = count.dataset.said.replace(/#+/g, (sign) => said[sign]);
}

if (bar) {
  follow(place.dataset.job, (event) => {
    if (!event.state) return;
    place.querySelector("[data-job-what]").textContent = event.what;
    if (event.state === "running") {
      const chip = place.querySelector("[data-job-state]");
      chip.className = "state running";
      chip.textContent = place.dataset.saidRunning;
    }
    say_count(event);
    const note = place.querySelector("[data-job-note]");
    note.hidden = !event.note;
    note.textContent = event.note;
    if (event.steps) {
      bar.max = event.steps;
      bar.value = event.done;
    } else bar.removeAttribute("value");
    if (event.state === "done" && event.result.url) location.assign(event.result.url);
    else if (event.state !== place.dataset.state && !["running", "queued"].includes(event.state)) location.reload();
    place.dataset.state = event.state;
  });
}
