// Links a box on the photo with its answer and its votes: pointing at one marks all three.

const LINKED = "is-linked";
let linked = null;

function link(number) {
  if (number === linked) return;
  linked = number;
  for (const part of document.querySelectorAll("[data-finding]")) {
    part.classList.toggle(LINKED, part.dataset.finding === number);
  }
}

function numberAt(target) {
  return target instanceof Element ? (target.closest("[data-finding]")?.dataset.finding ?? null) : null;
}

// On a photo with a single box there is nothing to tell apart.
function several() {
  return document.querySelectorAll(".box").length > 1;
}

document.addEventListener("pointerover", (event) => several() && link(numberAt(event.target)));
document.addEventListener("focusin", (event) => several() && link(numberAt(event.target)));

// A link to votes that are folded away opens them; a box leads to its answer, focus included.
document.addEventListener("click", (event) => {
  const anchor = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
  const goal = anchor && document.getElementById(anchor.getAttribute("href").slice(1));
  if (!goal) return;
  if (goal instanceof HTMLDetailsElement) goal.open = true;
  if (anchor.classList.contains("box")) {
    event.preventDefault();
    link(goal.dataset.finding);
    goal.scrollIntoView({ block: "nearest" });
    goal.focus({ preventScroll: true });
  }
});
