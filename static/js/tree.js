// The tree of taxa: branches open on demand, arrow keys walk it, and any name jumps to a taxon.
(() => {
  const tree = document.getElementById("tree");
  const items = () => [...tree.querySelectorAll('[role="treeitem"]')].filter((one) => one.offsetParent);
  const twig = (item) => item.querySelector(":scope > .curation-node > .curation-twig");

  function focus(item) {
    for (const one of tree.querySelectorAll('[tabindex="0"]')) one.tabIndex = -1;
    item.tabIndex = 0;
    item.focus();
  }

  function set(item, open) {
    if (!item.hasAttribute("aria-expanded")) return;
    item.setAttribute("aria-expanded", open);
    if (open && !item.querySelector(":scope > ul")) htmx.trigger(twig(item), "open");
  }

  const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
  const above = (item) => item.parentElement.closest('[role="treeitem"]');

  tree.addEventListener("click", (event) => {
    const item = event.target.closest('[role="treeitem"]');
    if (event.target.closest(".curation-twig")) {
      set(item, !isOpen(item));
      focus(item);
    }
  });

  tree.addEventListener("keydown", (event) => {
    const item = event.target.closest('[role="treeitem"]');
    if (!item || event.altKey || event.ctrlKey || event.metaKey) return;
    const shown = items();
    const place = shown.indexOf(item);
    const moves = {
      ArrowDown: () => shown[place + 1],
      ArrowUp: () => shown[place - 1],
      Home: () => shown[0],
      End: () => shown.at(-1),
      ArrowRight: () => (isOpen(item) ? shown[place + 1] : set(item, true)),
      ArrowLeft: () => (isOpen(item) ? set(item, false) : above(item)),
      m: () => item.querySelector(":scope > .curation-node > .curation-move")?.click(),
      Enter: () => (item.querySelector("a.curation-name") ?? item.querySelector("button")).click(),
    };
    if (!(event.key in moves) || event.target.closest("a, button") !== null) return;
    event.preventDefault();
    const next = moves[event.key]();
    if (next) focus(next);
  });

  const here = tree.querySelector('[aria-current="true"]') ?? items()[0];
  if (here) {
    here.tabIndex = 0;
    if (here.hasAttribute("aria-current")) {
      here.querySelector(".curation-node").scrollIntoView({ block: "center" });
      here.focus({ preventScroll: true });
    }
  }

  // Jump to a taxon by any of its names.
  const jump = document.getElementById("jump");
  const found = document.getElementById("found");
  let asked = 0;
  let waiting;

  function show(results) {
    found.replaceChildren(
      ...results.map((one, place) => {
        const option = document.createElement("li");
        option.id = `found-${place}`;
        option.role = "option";
        option.dataset.pk = one.id;
        option.textContent = one.text;
        option.addEventListener("click", () => go(option));
        return option;
      }),
    );
    found.hidden = results.length === 0;
    jump.setAttribute("aria-expanded", String(results.length > 0));
    choose(found.firstElementChild);
  }

  function choose(option) {
    for (const one of found.children) one.setAttribute("aria-selected", String(one === option));
    if (option) jump.setAttribute("aria-activedescendant", option.id);
    else jump.removeAttribute("aria-activedescendant");
  }

  const chosen = () => found.querySelector('[aria-selected="true"]');
  const go = (option) => { location.search = `?at=${option.dataset.pk}`; };

  async function look() {
    const turn = ++asked;
    const term = jump.value.trim();
    const answer = term ? await fetch(`${jump.dataset.find}?term=${encodeURIComponent(term)}`) : null;
    const results = answer?.ok ? (await answer.json()).results : [];
    if (turn === asked) show(results);
  }

  jump.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 150);
  });
  jump.addEventListener("keydown", (event) => {
    const option = chosen();
    if (event.key === "ArrowDown" && option?.nextElementSibling) choose(option.nextElementSibling);
    else if (event.key === "ArrowUp" && option?.previousElementSibling) choose(option.previousElementSibling);
    else if (event.key === "Enter" && option) go(option);
    else if (event.key === "Escape") show([]);
    else if (event.key !== "Enter") return;
    event.preventDefault();
  });
})();
