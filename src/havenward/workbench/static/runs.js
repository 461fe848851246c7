// The page of a run: the map moves with its day, and single members are drawn on demand.

const form = document.querySelector("[data-slider]");
const view = document.getElementById("day-view");
const seen = new Map();

if (form) {
  const slide = document.getElementById("slide");
  const choose = document.getElementById("day");
  const words = document.getElementById("day-words");
  const play = form.querySelector("[data-play]");
  let wanted = Number(slide.value);
  let busy = false;
  let timer = 0;

  slide.hidden = false;
  for (const button of form.querySelectorAll("[data-step],[data-play]")) button.hidden = false;
  form.querySelector("[data-go]").hidden = true;

  const fetchDay = async (day) => {
    if (!seen.has(day)) {
      const answer = await fetch(`${form.dataset.url}?day=${day}`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      seen.set(day, await answer.text());
    }
    return seen.get(day);
  };

  const show = async () => {
    if (busy) return;
    busy = true;
    try {
      let shown = -1;
      while (shown !== wanted) {
        shown = wanted;
        const option = choose.options[shown];
        const page = await fetchDay(option.value);
        const open = view.querySelector("details")?.open ?? false;
        view.innerHTML = page;
        view.querySelector("details").open = open;
        const url = new URL(location.href);
        url.searchParams.set("day", option.value);
        history.replaceState(null, "", url);
      }
    } catch {
      location.assign(`?day=${choose.value}`); // the server says what is wrong
    } finally {
      busy = false;
    }
  };

  const go = (day) => {
    wanted = Math.max(0, Math.min(choose.options.length - 1, day));
    slide.value = String(wanted);
    choose.selectedIndex = wanted;
    words.textContent = choose.options[wanted].text;
    slide.setAttribute("aria-valuetext", words.textContent);
    show();
  };

  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = play.dataset.playWords;
  };

  slide.addEventListener("input", () => {
    stop();
    go(Number(slide.value));
  });
  choose.addEventListener("change", () => go(choose.selectedIndex));
  for (const button of form.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => go(wanted + Number(button.dataset.step)));
  }
  play.addEventListener("click", () => {
    if (timer) {
      stop();
      return;
    }
    if (wanted >= choose.options.length - 1) go(0);
    play.textContent = play.dataset.stopWords;
    timer = setInterval(() => {
      if (wanted >= choose.options.length - 1) stop();
      else go(wanted + 7);
    }, 500);
  });
}

const section = document.getElementById("members");
const chart = document.getElementById("members-chart");
for (const link of document.querySelectorAll("[data-members]")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const place = encodeURIComponent(link.dataset.members);
    const answer = await fetch(`${location.pathname}/members?place=${place}`, { credentials: "same-origin" });
    if (!answer.ok) {
      location.assign(link.href);
      return;
    }
    chart.innerHTML = await answer.text();
    section.hidden = false;
    const url = new URL(location.href);
    url.searchParams.set("members", link.dataset.members);
    history.replaceState(null, "", url);
    document.getElementById("members-h").focus();
  });
}
