// The review queue: answers are sent in the background while the next photo is already on screen.
// Without this script the same forms work, one page after the other.

const TRIES = [0, 1000, 4000];
const AHEAD = 6;

const root = document.querySelector("[data-queue]");
const deck = root.querySelector("[data-deck]");
const state = { done: [], said: 0, left: Number(root.querySelector("[data-left]").textContent), loading: null, ended: false, sending: 0 };

const turns = () => [...deck.querySelectorAll("[data-turn]")];
const current = () => turns()[0] ?? null;

function tell(words) {
  root.querySelector("[data-status]").textContent = words;
}

// Only the first photo of the deck is shown; the others load behind it.
function show() {
  turns().forEach((turn, index) => (turn.hidden = index > 0));
  root.querySelector("[data-empty]").hidden = Boolean(current()) || !state.ended;
  root.querySelector("[data-left]").textContent = Math.max(0, state.left);
  root.querySelector("[data-said]").textContent = state.said;
  root.querySelector("[data-undo]").disabled = !state.done.some((one) => one.batch);
  root.querySelector("[data-back]").disabled = !state.done.length;
  if (turns().length <= AHEAD) load();
}

async function load() {
  if (state.loading || state.ended) return state.loading;
  const known = [...turns(), ...state.done.slice(-40).map((one) => one.turn)].map((turn) => turn.dataset.photo);
  const address = new URL(root.dataset.more, location.href);
  address.searchParams.set("without", known.join(","));
  state.loading = fetch(address)
    .then(async (answer) => {
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = [...page.querySelectorAll("[data-turn]")].filter((turn) => !known.includes(turn.dataset.photo));
      state.ended = fresh.length === 0;
      deck.append(...fresh);
    })
    .catch(() => new Promise((wait) => setTimeout(wait, 4000)))
    .finally(() => {
      state.loading = null;
      show();
    });
  return state.loading;
}

async function post(address, body) {
  sending(1);
  try {
    return await tried(address, body);
  } finally {
    sending(-1);
  }
}

// How many answers are on their way.
function sending(more) {
  state.sending += more;
  root.dataset.sending = state.sending;
}

async function tried(address, body) {
  for (const wait of TRIES) {
    if (wait) await new Promise((go) => setTimeout(go, wait));
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.ok) return await answer.json();
      if (answer.status < 500) return { problem: (await answer.json().catch(() => ({}))).problem ?? "" };
    } catch {
      // Tried again: the network may be back.
    }
  }
  return { problem: "" };
}

// Puts a photo away as answered, and back where its answer could not be kept.
function say(turn, body) {
  const entry = { turn, batch: null };
  entry.batch = post(turn.querySelector("form").action, body).then((answer) => {
    if (answer.batch) {
      if (answer.waits) tell(root.dataset.newHere);
      return answer.batch;
    }
    state.done = state.done.filter((one) => one !== entry);
    state.said -= 1;
    state.left += 1;
    deck.prepend(turn);
    tell(answer.problem || root.dataset.failed);
    show();
    return null;
  });
  state.done.push(entry);
  state.said += 1;
  state.left -= 1;
  turn.remove();
  tell("");
  show();
}

document.addEventListener("submit", (event) => {
  const turn = event.target.closest?.("[data-turn]");
  if (!turn) return;
  event.preventDefault();
  const pressed = event.submitter;
  const body = new FormData(event.target, pressed);
  if (body.has("choice")) {
    body.set("say", "animal");
    body.set("taxon", body.get("choice"));
  } else if (!body.has("say")) {
    body.set("say", body.get("taxon") ? "animal" : "accept");
  } else if (body.get("say") !== "animal") {
    body.set("taxon", "");
  }
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  say(turn, body);
});

async function undo() {
  const entry = state.done.findLast((one) => one.batch);
  if (!entry) return;
  state.done = state.done.filter((one) => one !== entry);
  deck.prepend(entry.turn);
  state.said -= 1;
  state.left += 1;
  show();
  const batch = await entry.batch;
  if (!batch) return;
  const body = new FormData();
  body.set("batch", batch);
  body.set("csrfmiddlewaretoken", entry.turn.querySelector("[name=csrfmiddlewaretoken]").value);
  const answer = await post(root.dataset.takeBack, body);
  tell("taken_back" in answer ? root.dataset.undone : root.dataset.failed);
}

function skip() {
  const turn = current();
  if (!turn) return;
  const body = new FormData();
  body.set("photos", turn.dataset.photo);
  body.set("csrfmiddlewaretoken", turn.querySelector("[name=csrfmiddlewaretoken]").value);
  fetch(root.dataset.leave, { method: "POST", body }).catch(() => {});
  state.done.push({ turn, batch: null });
  turn.remove();
  show();
}

function back() {
  const entry = state.done.pop();
  if (!entry) return;
  deck.prepend(entry.turn);
  if (entry.batch) {
    state.said -= 1;
    state.left += 1;
  }
  show();
}

root.querySelector("[data-undo]").addEventListener("click", undo);
root.querySelector("[data-skip]").addEventListener("click", skip);
root.querySelector("[data-back]").addEventListener("click", back);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, a, button, summary, dialog")) return;
  const act = {
    Enter: () => current()?.querySelector("[data-accept]").click(),
    ArrowRight: skip,
    ArrowLeft: back,
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// What a box of the form is about shows on the photo.
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-about]")) return;
  const mark = target.closest("[data-turn]").querySelector(`[data-mark="${target.value}"]`);
  mark?.classList.toggle("is-chosen", target.checked);
});

// Whoever leaves while answers are on their way is asked to wait.
window.addEventListener("beforeunload", (event) => {
  if (state.sending) event.preventDefault();
});

show();
// On a phone the head fills half of the screen, and every photo would have to be scrolled to.
if (matchMedia("(max-width: 40rem)").matches && current()) deck.scrollIntoView();
