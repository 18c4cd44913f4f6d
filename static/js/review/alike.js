// A sheet of look-alikes: arrows go from animal to animal, and what is new to a project is asked twice.
// Without this script the same form works.

const root = document.querySelector("[data-alike]");
const sheet = root.querySelector("[data-sheet]");
const ticks = sheet ? [...sheet.querySelectorAll("[data-tick]")] : [];

function count() {
  if (sheet) sheet.querySelector("[data-ticked]").textContent = ticks.filter((one) => one.checked).length;
}

// How many animals stand in a row, as the width of the page has it.
function columns() {
  const top = ticks[0].closest("li").offsetTop;
  const below = ticks.findIndex((one) => one.closest("li").offsetTop > top);
  return below < 0 ? ticks.length : below;
}

const steps = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -columns(), ArrowDown: columns };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !ticks.length) return;
  const here = ticks.indexOf(event.target);
  if (here < 0 && event.target.closest?.("input, select, textarea, a, button, summary, dialog")) return;
  if (event.key === "Enter") sheet.querySelector("[data-accept]").click();
  else if (steps[event.key]) (here < 0 ? ticks[0] : ticks[here + steps[event.key]()])?.focus();
  else return;
  event.preventDefault();
});

document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-tick]")) count();
});

sheet?.querySelector("[data-all]").addEventListener("click", () => {
  const all = ticks.every((one) => one.checked);
  for (const one of ticks) one.checked = !all;
  count();
});

sheet?.addEventListener("submit", (event) => {
  if (!sheet.hasAttribute("data-new") || !event.submitter?.matches("[data-accept]")) return;
  event.preventDefault();
  sheet.removeAttribute("data-new");
  root.querySelector("[data-status]").textContent = root.dataset.second;
});

count();
