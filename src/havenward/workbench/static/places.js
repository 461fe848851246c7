// The map of the places page: moved and zoomed by hand, wheel, fingers and keys; positions set by pointing.

import { tell } from "/static/core.js";

const frame = document.getElementById("map");
const svg = frame?.querySelector("svg.case-map");

if (svg) {
  const whole = svg.viewBox.baseVal;
  const full = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  let view = { ...full };
  const ground = svg.querySelector(".ground");
  const put = (x) => Number(ground.dataset[x]);
  const MOST = 40;

  const draw = () => {
    view.width = Math.min(Math.max(view.width, full.width / MOST), full.width);
    view.height = (view.width * full.height) / full.width;
    view.x = Math.min(Math.max(view.x, full.x), full.x + full.width - view.width);
    view.y = Math.min(Math.max(view.y, full.y), full.y + full.height - view.height);
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    const zoom = full.width / view.width;
    // signs and names keep their size while the ground grows, and can be met by a finger on a narrow screen
    const narrow = Math.min(2, Math.max(1, (0.85 * full.width) / (svg.clientWidth || full.width)));
    for (const spot of svg.querySelectorAll(".spot")) {
      const { x, y } = spot.dataset;
      spot.setAttribute("transform", `translate(${x} ${y}) scale(${narrow / zoom}) translate(${-x} ${-y})`);
    }
    svg.classList.toggle("near", zoom >= 3);
    svg.classList.toggle("small", narrow > 1.25);
  };

  const zoomBy = (factor, at = { x: view.x + view.width / 2, y: view.y + view.height / 2 }) => {
    const width = Math.min(Math.max(view.width / factor, full.width / MOST), full.width);
    const share = width / view.width;
    view = { x: at.x - (at.x - view.x) * share, y: at.y - (at.y - view.y) * share, width };
    draw();
  };

  const pointOf = (event) => {
    const box = svg.getBoundingClientRect();
    return { x: view.x + ((event.clientX - box.x) / box.width) * view.width, y: view.y + ((event.clientY - box.y) / box.height) * view.height };
  };

  const tools = document.querySelector("[data-map-tools]");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const what = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (what === "in") zoomBy(1.6);
    if (what === "out") zoomBy(1 / 1.6);
    if (what === "all") { view = { ...full }; draw(); }
  });

  frame.addEventListener("wheel", (event) => {
    // the page scrolls on as usual unless the map was chosen or the zoom key is held
    if (!event.ctrlKey && document.activeElement !== frame) return;
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2, pointOf(event));
  }, { passive: false });

  frame.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const step = view.width / 10;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (event.key in moves && event.target === frame) {
      view.x += moves[event.key][0];
      view.y += moves[event.key][1];
      draw();
    } else if (event.key === "+" || event.key === "=") zoomBy(1.4);
    else if (event.key === "-") zoomBy(1 / 1.4);
    else if (event.key === "0") { view = { ...full }; draw(); }
    else return;
    event.preventDefault();
  });

  const fingers = new Map();
  let moved = false;
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const box = svg.getBoundingClientRect();
    const unit = view.width / box.width;
    const now = { x: event.clientX, y: event.clientY };
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(now.x - other.x, now.y - other.y);
      if (was > 8 && is > 8) zoomBy(is / was, pointOf({ clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 }));
      moved = true;
    } else if (Math.hypot(now.x - before.x, now.y - before.y) > 3 || moved) {
      view.x -= (now.x - before.x) * unit;
      view.y -= (now.y - before.y) * unit;
      moved = true;
      draw();
    } else return;
    fingers.set(event.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, (event) => fingers.delete(event.pointerId));

  // -- the position of the place that is being edited --------------------------------------------------

  const form = document.querySelector("form[data-placed]");
  const button = form?.querySelector("[data-place]");
  let placing = false;
  let pin = null;
  const place = (point) => {
    const longitude = put("west") + (point.x - put("left")) / (put("squeeze") * put("scale"));
    const latitude = put("north") - (point.y - put("top")) / put("scale");
    form.elements.longitude.value = longitude.toFixed(5);
    form.elements.latitude.value = latitude.toFixed(5);
    form.dispatchEvent(new Event("input", { bubbles: true }));
    showPin();
    tell(`${form.elements.latitude.value}, ${form.elements.longitude.value}`);
  };
  const showPin = () => {
    const longitude = parseFloat(form.elements.longitude.value);
    const latitude = parseFloat(form.elements.latitude.value);
    if (!Number.isFinite(longitude) || !Number.isFinite(latitude)) return;
    const x = put("left") + (longitude - put("west")) * put("squeeze") * put("scale");
    const y = put("top") + (put("north") - latitude) * put("scale");
    if (!pin) {
      pin = document.createElementNS("http://www.w3.org/2000/svg", "g");
      pin.setAttribute("class", "spot pin");
      const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      ring.setAttribute("r", "11");
      pin.append(ring);
      ground.append(pin);
    }
    pin.dataset.x = x;
    pin.dataset.y = y;
    pin.firstChild.setAttribute("cx", x);
    pin.firstChild.setAttribute("cy", y);
    draw();
  };
  if (form) {
    form.querySelector("[data-place-tools]").hidden = false;
    showPin();
    const setPlacing = (on) => {
      placing = on;
      button.setAttribute("aria-pressed", String(on));
      frame.classList.toggle("placing", on);
      if (on) frame.focus();
    };
    button.addEventListener("click", () => setPlacing(!placing));
    frame.addEventListener("keydown", (event) => {
      if (!placing) return;
      if (event.key === "Escape") setPlacing(false);
      if (event.key === "Enter" && event.target === frame) {
        // with keys alone the middle of the map is the place
        event.preventDefault();
        place({ x: view.x + view.width / 2, y: view.y + view.height / 2 });
        setPlacing(false);
      }
    });
    for (const name of ["latitude", "longitude"]) form.elements[name].addEventListener("change", showPin);
    form.addEventListener("reset", () => setTimeout(showPin));
    svg.addEventListener("click", (event) => {
      if (!placing || moved) return;
      event.preventDefault();
      event.stopPropagation();
      place(pointOf(event));
      setPlacing(false);
    }, true);
  }
  // dragging the map over a place must not open it
  svg.addEventListener("click", (event) => {
    if (moved) event.preventDefault();
  }, true);
  window.addEventListener("resize", draw);
  draw();
}
