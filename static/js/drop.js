// Uploads photos, folders and archives that are dropped, chosen or pasted: any number of them, a few
// at a time. Without this script the form sends them all at once and works as well.

import { droppedFiles, plainFiles } from "./upload/files.js";
import { Queue } from "./upload/queue.js";
import { Rows } from "./upload/rows.js";
import { Server } from "./upload/server.js";

const SHOW_EVERY = 200;
const REFRESH_EVERY = 1500;
const SURE_AFTER = 8;
const A_FEW = 100; // files, after which clicks and drawing have their turn
const UNFINISHED = { failed: 0, refused: 1, sending: 2, ready: 3, announced: 4, new: 5 };

const form = document.querySelector("[data-drop]");
const words = form.dataset;
const chooser = form.elements.project;
const deployment = form.elements.deployment;
const panel = document.querySelector("[data-uploads]");
const part = (name) => panel.querySelector(`[data-${name}]`);
const total = part("total");
const rows = new Rows(part("rows"), document.querySelector("template[data-row]").content.firstElementChild);

let queue = null;
let reading = 0;
let started = { at: 0, settled: 0 };
let shown = 0;
let shownAt = 0;
let refreshedAt = 0;

function say(sentence, numbers) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => numbers[name]);
}

// --- Files come in -------------------------------------------------------------------------------

// Where an upload begins: for the project and the deployment that are chosen, else for oneself.
function beginning() {
  const project = chooser?.value;
  if (!project) return words.begin;
  return `${words.begin}?${new URLSearchParams({ project, deployment: deployment?.value ?? "" })}`;
}

function freshQueue() {
  const hasher = new Worker(words.hasher);
  const made = new Queue(new Server(beginning(), form.elements.csrfmiddlewaretoken.value), hasher, words);
  made.addEventListener("change", () => showSoon());
  made.addEventListener("settled", () => refresh());
  return made;
}

async function take(files) {
  if (!queue || (!queue.going && !reading && !queue.counts.failed)) {
    queue?.hasher.terminate();
    queue = freshQueue();
    shown = 0;
  }
  if (!queue.going) started = { at: Date.now(), settled: queue.settled };
  const mine = queue;
  reading += 1;
  try {
    let count = 0;
    for await (const found of files) {
      mine.add(found);
      count += 1;
      if (count % A_FEW) continue;
      mine.work();
      await new Promise((next) => setTimeout(next));
    }
  } catch {
    part("unread").hidden = false;
  }
  reading -= 1;
  mine.work();
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

for (const input of form.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    take(plainFiles([...input.files]));
    input.value = "";
  });
}
const folder = form.querySelector("[data-folder]");
const chooseFolder = form.querySelector("[data-choose-folder]");
// Phones know no folders.
chooseFolder.hidden = !("webkitdirectory" in folder) || matchMedia("(pointer: coarse)").matches;
chooseFolder.addEventListener("click", () => folder.click());
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.classList.remove("is-over");
});
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.classList.remove("is-over");
  take(droppedFiles(event.dataTransfer));
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) take(plainFiles(files));
});

// --- How far it is -------------------------------------------------------------------------------

function showSoon() {
  const wait = shownAt + SHOW_EVERY - Date.now();
  if (wait <= 0) show();
  else if (!showSoon.timer) showSoon.timer = setTimeout(show, wait);
}

function show() {
  clearTimeout(showSoon.timer);
  showSoon.timer = 0;
  shownAt = Date.now();
  const { counts, jobs } = queue;
  panel.hidden = !jobs.length;
  const going = queue.going || reading > 0;
  // Never backwards, though more files may have been found meanwhile.
  shown = Math.max(shown, going ? Math.min(queue.progress, 0.999) : 1);
  total.value = shown;
  tell(part("words"), sentence(going));
  tell(part("eta"), going ? eta() : "");
  part("pause").hidden = !going || queue.paused;
  part("go").hidden = !queue.paused || !going;
  part("retry").hidden = going || !counts.failed;
  part("page").hidden = !queue.server.urls || jobs.length < 2;
  if (queue.server.urls) part("page").href = queue.server.urls.page;
  rows.show(unfinished());
  // What is added to a queue goes where its first files went.
  if (chooser) chooser.disabled = going || counts.failed > 0;
  if (!going) finish();
}

function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function sentence(going) {
  const { counts, jobs } = queue;
  const bad = counts.failed + counts.refused;
  const numbers = { all: jobs.length, done: counts.done + counts.known, failed: bad, known: counts.known };
  if (going) return say(queue.paused ? words.paused : words.progress, numbers);
  const told = say(bad ? words.someFailed : words.finished, numbers);
  return counts.known ? `${told} ${say(words.known, numbers)}` : told;
}

function eta() {
  const wait = queue.waitUntil - Date.now();
  if (queue.paused) return "";
  if (wait > 1500) return queue.reason || words.waiting;
  const done = queue.settled - started.settled;
  if (done < SURE_AFTER || queue.jobs.length < 2 * SURE_AFTER) return "";
  const seconds = ((Date.now() - started.at) / done / 1000) * (queue.jobs.length - queue.settled);
  const [unit, length] = seconds < 90 ? ["second", 1] : seconds < 5400 ? ["minute", 60] : ["hour", 3600];
  const amount = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" });
  return say(words.left, { time: amount.format(Math.max(1, Math.round(seconds / length))) });
}

function unfinished() {
  const some = queue.jobs.filter((job) => job.state in UNFINISHED);
  return some.sort((a, b) => UNFINISHED[a.state] - UNFINISHED[b.state]);
}

function finish() {
  refreshedAt = 0;
  refresh();
  const [only] = queue.jobs;
  if (queue.jobs.length === 1 && only.url) window.location.assign(only.url);
  else if (queue.jobs.length === 1 && only.state === "done") window.location.assign(queue.server.urls.page);
}

// Tells the rest of the page that there is more to see, but not for every single photo.
function refresh() {
  if (Date.now() < refreshedAt + REFRESH_EVERY) return;
  refreshedAt = Date.now();
  document.body.dispatchEvent(new CustomEvent("photos-received"));
}

form.querySelector("[data-without-script]").hidden = true;
part("pause").addEventListener("click", () => {
  queue.pause();
  part("go").focus();
});
part("go").addEventListener("click", () => {
  started = { at: Date.now(), settled: queue.settled };
  queue.goOn();
  part("pause").focus();
});
part("retry").addEventListener("click", () => queue.retry());
addEventListener("online", () => queue?.goOn());
addEventListener("beforeunload", (event) => {
  if (queue?.going && !queue.paused) event.preventDefault();
});
