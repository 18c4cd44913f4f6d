// Typing what an animal is: species by any of their names in any language, chosen by arrows or touch.

const WAIT = 120;
let timer = null;
let asked = 0;

const field = (node) => node.closest?.("[data-choose]");
const listOf = (choose) => choose.querySelector("[role=listbox]");

function close(choose) {
  const list = listOf(choose);
  list.hidden = true;
  list.replaceChildren();
  const input = choose.querySelector("[data-typed]");
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

async function suggest(input) {
  const choose = field(input);
  const typed = input.value.trim();
  const mine = ++asked;
  if (!typed) return close(choose);
  const address = `/api/v1/taxa?search=${encodeURIComponent(typed)}&limit=8&fields=slug,scientific_name,common_name`;
  let found = [];
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok) found = (await answer.json()).results;
  } catch {
    return; // What was typed is looked up again when it is sent.
  }
  if (mine !== asked || document.activeElement !== input) return;
  const list = listOf(choose);
  list.replaceChildren(
    ...found.map((taxon, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.role = "option";
      option.dataset.slug = taxon.slug;
      const name = document.createElement("strong");
      name.textContent = taxon.common_name || taxon.scientific_name;
      const scientific = document.createElement("i");
      scientific.textContent = taxon.common_name ? ` ${taxon.scientific_name}` : "";
      option.append(name, scientific);
      return option;
    }),
  );
  list.hidden = !found.length;
  input.setAttribute("aria-expanded", String(Boolean(found.length)));
  if (found.length) mark(input, list.firstElementChild);
}

function mark(input, option) {
  for (const one of option.parentElement.children) one.ariaSelected = String(one === option);
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function choose(input, option) {
  input.value = option.dataset.slug;
  input.form.requestSubmit(field(input).querySelector("[name=say]"));
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-typed]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => suggest(target), WAIT);
});

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-typed]")) return;
  const list = listOf(field(input));
  const here = list.querySelector('[aria-selected="true"]');
  if (event.key === "ArrowDown" && here) mark(input, here.nextElementSibling ?? list.firstElementChild);
  else if (event.key === "ArrowUp" && here) mark(input, here.previousElementSibling ?? list.lastElementChild);
  else if (event.key === "Enter" && here) choose(input, here);
  else if (event.key === "Enter") return input.value.trim() ? input.form.requestSubmit(field(input).querySelector("[name=say]")) : undefined;
  else if (event.key === "Escape") {
    close(field(input));
    input.value = "";
    input.blur();
  } else return;
  event.preventDefault();
});

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.("[data-choose] [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(field(option).querySelector("[data-typed]"), option);
});

// The key "c" clicks the field, as it does buttons: that brings the cursor there.
document.addEventListener("click", ({ target }) => {
  if (target.matches?.("[data-typed]")) target.focus();
});
