// Follows one job and goes on to what it made.
import { follow } from "./core.js";

const place = document.getElementById("job");
const bar = document.getElementById("bar");
if (bar) {
  follow(place.dataset.job, (event) => {
    if (!event.state) return;
    place.querySelector("[data-job-what]").textContent = event.what;
    if (event.state === "running") {
      const chip = place.querySelector("[data-job-state]");
      chip.className = "state running";
      chip.textContent = place.dataset.saidRunning;
    }
    if (event.steps) {
      bar.max = event.steps;
      bar.value = event.done;
    } else bar.removeAttribute("value");
    if (event.state === "done" && event.result.url) location.assign(event.result.url);
    else if (event.state !== place.dataset.state && !["running", "queued"].includes(event.state)) location.reload();
    place.dataset.state = event.state;
  });
}
