// Looks closer at the photo: buttons, keys (by their buttons), wheel, double click and pinch.
//
// The stage inside the frame grows, and the frame scrolls: fingers and arrow keys move it by
// themselves, and boxes keep their thin lines. Events: "reveal" on a box brings it into the frame.

const MOST = 8;
const STEP = 1.5;
const CLOSER = 2.5;

let scale = 1;
let centre = { x: 0.5, y: 0.5 };

const frameOf = (target) => (target instanceof Element ? target.closest("[data-frame]") : null);
const clamp = (number, least, most) => Math.min(most, Math.max(least, number));

// `at` is the place, in pixels of the frame, that stays where it is.
function zoom(frame, to, at = { x: frame.clientWidth / 2, y: frame.clientHeight / 2 }) {
  const stage = frame.firstElementChild;
  const fixed = {
    x: (frame.scrollLeft + at.x) / stage.offsetWidth,
    y: (frame.scrollTop + at.y) / stage.offsetHeight,
  };
  scale = clamp(to, 1, MOST);
  if (scale < 1.02) scale = 1;
  size(frame, stage);
  frame.scrollLeft = fixed.x * stage.offsetWidth - at.x;
  frame.scrollTop = fixed.y * stage.offsetHeight - at.y;
}

function size(frame, stage) {
  const closer = scale > 1;
  if (closer && !frame.classList.contains("is-zoomed")) {
    const { width, height } = stage.getBoundingClientRect();
    Object.assign(frame.style, { width: `${width}px`, height: `${height}px` });
  }
  frame.classList.toggle("is-zoomed", closer);
  if (closer) {
    frame.tabIndex = 0;
    Object.assign(stage.style, { width: `${frame.clientWidth * scale}px`, height: `${frame.clientHeight * scale}px` });
  } else {
    frame.removeAttribute("tabindex");
    for (const part of [frame, stage]) Object.assign(part.style, { width: "", height: "" });
  }
  for (const words of document.querySelectorAll("[data-scale]")) words.textContent = `${Math.round(scale * 100)}%`;
}

function placeIn(frame, { clientX, clientY }) {
  const { left, top } = frame.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-zoom]");
  const frame = button?.closest("[data-viewer]")?.querySelector("[data-frame]");
  if (!frame) return;
  zoom(frame, { in: scale * STEP, out: scale / STEP, reset: 1 }[button.dataset.zoom]);
});

document.addEventListener("dblclick", (event) => {
  const frame = frameOf(event.target);
  if (frame) zoom(frame, scale > 1 ? 1 : CLOSER, placeIn(frame, event));
});

// At rest the wheel scrolls the page, as everywhere; with Ctrl, or once closer, it zooms.
document.addEventListener("wheel", (event) => {
  const frame = frameOf(event.target);
  if (!frame || !(event.ctrlKey || event.metaKey || scale > 1)) return;
  event.preventDefault();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
  zoom(frame, scale * 2 ** (-event.deltaY * lines / 240), placeIn(frame, event));
}, { passive: false });

// A mouse drags the photo; fingers scroll it.
let drag = null;
document.addEventListener("pointerdown", (event) => {
  const frame = frameOf(event.target);
  if (!frame || scale === 1 || event.pointerType !== "mouse" || event.button) return;
  drag = { frame, x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop, far: false };
});
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  drag.far ||= Math.hypot(dx, dy) > 4;
  drag.frame.scrollLeft = drag.left - dx;
  drag.frame.scrollTop = drag.top - dy;
});
document.addEventListener("pointerup", () => {
  if (drag?.far) addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); }, { capture: true, once: true });
  drag = null;
});
document.addEventListener("dragstart", (event) => frameOf(event.target) && event.preventDefault());

let pinch = null;
const middle = ([one, other]) => ({ clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });
const spread = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
document.addEventListener("touchstart", (event) => {
  const frame = frameOf(event.target);
  if (frame && event.touches.length === 2) pinch = { frame, from: spread(event.touches), scale };
}, { passive: true });
document.addEventListener("touchmove", (event) => {
  if (!pinch || event.touches.length !== 2) return;
  event.preventDefault();
  zoom(pinch.frame, pinch.scale * spread(event.touches) / pinch.from, placeIn(pinch.frame, middle(event.touches)));
}, { passive: false });
document.addEventListener("touchend", () => { pinch = null; });

document.addEventListener("scroll", ({ target }) => {
  if (!frameOf(target) || target !== frameOf(target)) return;
  const stage = target.firstElementChild;
  centre = {
    x: (target.scrollLeft + target.clientWidth / 2) / stage.offsetWidth,
    y: (target.scrollTop + target.clientHeight / 2) / stage.offsetHeight,
  };
}, { capture: true, passive: true });

document.addEventListener("reveal", ({ target }) => {
  const frame = frameOf(target);
  if (!frame || scale === 1) return;
  const box = target.querySelector(".box__line").getBoundingClientRect();
  const seen = frame.getBoundingClientRect();
  frame.scrollLeft += box.left + box.width / 2 - seen.left - seen.width / 2;
  frame.scrollTop += box.top + box.height / 2 - seen.top - seen.height / 2;
});

// The original is large: it comes only when it is asked for.
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-full]");
  const picture = button?.closest("[data-viewer]").querySelector("img");
  if (!picture || button.disabled) return;
  const { full, loading, shown, missing } = button.dataset;
  button.textContent = loading;
  button.setAttribute("aria-busy", "true");
  const original = new Image();
  original.src = full;
  original.decode().then(
    () => { picture.src = full; button.textContent = shown; },
    () => { button.textContent = missing; },
  ).finally(() => { button.disabled = true; button.removeAttribute("aria-busy"); });
});

// What arrives while the page is open takes over how close one looked.
document.addEventListener("htmx:load", () => {
  const frame = document.querySelector("[data-frame]");
  if (!frame || scale === 1 || frame.classList.contains("is-zoomed")) return;
  const { x, y } = centre;
  size(frame, frame.firstElementChild);
  frame.scrollLeft = x * frame.scrollWidth - frame.clientWidth / 2;
  frame.scrollTop = y * frame.scrollHeight - frame.clientHeight / 2;
});
// A window that changes its width gives the photo another size.
let width = innerWidth;
addEventListener("resize", () => {
  const frame = document.querySelector("[data-frame]");
  if (frame && scale > 1 && innerWidth !== width) zoom(frame, 1);
  width = innerWidth;
});
