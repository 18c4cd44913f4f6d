// Single keys press the button or link that names them in aria-keyshortcuts; also dialogs and print.
//
// Whoever dictates or presses keys by accident can switch them off in the list of keys.

const KEPT = "wildlife-keys";
const NAMES = { "+": "Plus", "=": "Plus" };
const TAKEN = "input:not([data-tick]), select, textarea, [contenteditable], [role=application]";

function active() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !active()) return;
  if (event.target.closest?.(TAKEN) || document.querySelector("dialog[open]")) return;
  const wanted = `[aria-keyshortcuts="${CSS.escape(NAMES[event.key] ?? event.key)}"]`;
  const shown = [...document.querySelectorAll(wanted)].find((one) => !one.closest("[hidden]"));
  const goal = document.querySelector(`.is-linked ${wanted}`) ?? shown;
  if (!goal) return;
  event.preventDefault();
  goal.click();
});

document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    const box = dialog.querySelector("[data-keys]");
    if (box) box.checked = active();
    dialog.showModal();
  } else if (target.closest?.("[data-print]")) {
    print();
  } else if (target instanceof HTMLDialogElement) {
    target.close(); // A click beside an open dialog.
  }
});

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-keys]")) return;
  try {
    localStorage.setItem(KEPT, target.checked ? "on" : "off");
  } catch {
    // Where nothing can be kept the keys stay on.
  }
});

// What only few need is fetched when they come to it.
document.addEventListener("focusin", ({ target }) => {
  const needed = target.closest?.("[data-script]");
  if (needed) import(needed.dataset.script);
});
