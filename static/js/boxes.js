// Links a box on the photo with its answer, its votes and what the graph says of it: pointing at,
// tapping or focusing one marks all of them.

const LINKED = "is-linked";
let linked = null;

function link(number) {
  if (number === linked) return;
  linked = number;
  for (const part of document.querySelectorAll("[data-finding]")) {
    part.classList.toggle(LINKED, part.dataset.finding === number);
  }
  const box = number && document.getElementById(`box-${number}`);
  if (box) box.dispatchEvent(new CustomEvent("reveal", { bubbles: true }));
}

function numberAt(target) {
  return target instanceof Element ? (target.closest("[data-finding]")?.dataset.finding ?? null) : null;
}

// On a photo with a single box there is nothing to tell apart.
function several() {
  return document.querySelectorAll(".box").length > 1;
}

// What was chosen by key or button stays marked until something else is pointed at: a page that
// scrolls away under a resting mouse points at nothing.
let rest = null;
const spot = (event) => `${event.screenX} ${event.screenY}`;
document.addEventListener("pointermove", (event) => {
  rest = spot(event);
});
document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "mouse" && spot(event) === rest) return;
  const number = numberAt(event.target);
  if (several() && (number || event.pointerType === "mouse")) link(number);
});
document.addEventListener("focusin", (event) => {
  const number = numberAt(event.target);
  if (several() && number) link(number);
});

function show(goal) {
  if (goal instanceof HTMLDetailsElement) {
    goal.open = true;
    goal.querySelector("summary").focus({ preventScroll: true });
  } else {
    goal.focus({ preventScroll: true });
  }
  if (several() && goal.dataset.finding) link(goal.dataset.finding);
  goal.scrollIntoView({ block: "nearest" });
}

// A box leads to its answer, an answer to its box, and a link to votes opens them, focus included.
document.addEventListener("click", (event) => {
  const anchor = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
  const goal = anchor && document.getElementById(anchor.getAttribute("href").slice(1));
  if (goal?.dataset.finding) {
    event.preventDefault();
    show(goal);
  }
  const step = event.target instanceof Element ? event.target.closest("[data-step]") : null;
  if (step) go(Number(step.dataset.step));
});

// The next or previous animal, round and round.
function go(step) {
  const all = [...document.querySelectorAll("article[data-finding]")];
  if (!all.length) return;
  const here = all.findIndex((one) => one.dataset.finding === linked);
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : (here + step + all.length) % all.length;
  show(all[next]);
}

// What arrives while the page is open is marked like what it replaces.
document.addEventListener("htmx:load", () => {
  const number = linked;
  linked = null;
  if (number) link(number);
});
