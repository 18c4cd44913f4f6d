// Uploads photos that are dropped, chosen or pasted, three at a time. Without this script the
// form sends them all at once and works as well.

const AT_ONCE = 3;
const REFRESH_EVERY = 1000;

const form = document.querySelector("[data-drop]");
const input = form.querySelector("input[type=file]");
const panel = document.querySelector("[data-uploads]");
const rows = panel.querySelector("[data-rows]");
const total = panel.querySelector("[data-total]");
const words = panel.querySelector("[data-total-words]");
const retryAll = panel.querySelector("[data-retry-all]");
const blankRow = document.querySelector("template[data-row]").content.firstElementChild;

const queue = [];
const failed = new Set();
let batch = [];
let active = 0;
let refreshAt = 0;

function say(sentence, numbers) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => numbers[name]);
}

function add(files) {
  if (!files.length) return;
  if (!active && !queue.length && !again().length) {
    failed.clear();
    batch = [];
    rows.replaceChildren();
  }
  for (const file of files) {
    const job = { file, sent: 0, state: "waiting", url: "", row: null };
    batch.push(job);
    queue.push(job);
  }
  panel.hidden = false;
  start();
}

// Those that failed on their way: what the server refused it would refuse again.
function again() {
  return [...failed].filter((job) => !job.refused);
}

function start() {
  while (active < AT_ONCE && queue.length) upload(queue.shift());
  show();
}

function rowOf(job) {
  if (job.row) return job.row;
  job.row = blankRow.cloneNode(true);
  job.row.querySelector("[data-name]").textContent = job.file.name;
  job.row.querySelector("progress").setAttribute("aria-label", job.file.name);
  job.row.querySelector("[data-retry]").addEventListener("click", () => retry([job]));
  rows.append(job.row);
  return job.row;
}

function upload(job) {
  active += 1;
  job.state = "sending";
  const row = rowOf(job);
  const bar = row.querySelector("progress");
  bar.hidden = false;
  row.querySelector("[data-failure]").hidden = row.querySelector("[data-retry]").hidden = true;

  const body = new FormData();
  body.append("of", batch.length);
  body.append("photos", job.file, job.file.name);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
  request.upload.addEventListener("progress", ({ loaded, total: all }) => {
    job.sent = all ? loaded / all : 0;
    bar.value = job.sent;
    show();
  });
  request.addEventListener("load", () => {
    if (request.status < 300 && request.response?.url) done(job, request.response.url, request.status === 200);
    else {
      job.refused = request.status === 413 || request.status === 422;
      fail(job, request.response?.sentence ?? (request.status === 413 ? form.dataset.tooBig : form.dataset.refused));
    }
  });
  request.addEventListener("error", () => fail(job, form.dataset.lost));
  request.addEventListener("loadend", () => {
    active -= 1;
    start();
    if (!active && !queue.length) finish();
  });
  request.send(body);
}

function done(job, url, known) {
  Object.assign(job, { state: "done", sent: 1, url, known });
  failed.delete(job);
  job.row.remove();
  refresh();
}

function fail(job, sentence) {
  job.state = "failed";
  failed.add(job);
  const failure = job.row.querySelector("[data-failure]");
  failure.textContent = sentence;
  failure.hidden = false;
  job.row.querySelector("[data-retry]").hidden = Boolean(job.refused);
  job.row.querySelector("progress").hidden = true;
}

function retry(jobs) {
  for (const job of jobs) {
    failed.delete(job);
    Object.assign(job, { state: "waiting", sent: 0 });
    queue.push(job);
  }
  start();
}

function show() {
  const count = { all: batch.length, done: batch.filter((job) => job.state === "done").length, failed: failed.size, known: batch.filter((job) => job.known).length };
  const going = active || queue.length;
  total.value = batch.reduce((sum, job) => sum + (job.state === "failed" ? 1 : job.sent), 0) / (batch.length || 1);
  const sentence = going ? form.dataset.progress : failed.size ? form.dataset.someFailed : form.dataset.finished;
  const text = say(sentence, count) + (count.known && !going ? ` ${say(form.dataset.known, count)}` : "");
  if (words.textContent !== text) words.textContent = text;
  retryAll.hidden = Boolean(going) || again().length < 2;
}

function finish() {
  refreshAt = 0;
  refresh();
  if (batch.length === 1 && batch[0].url) window.location.assign(batch[0].url);
}

// Tells the grid below that there is more to see, but not for every single photo of a folder.
function refresh() {
  if (Date.now() < refreshAt) return;
  refreshAt = Date.now() + REFRESH_EVERY;
  document.body.dispatchEvent(new CustomEvent("photos-received"));
}

// --- Where files come from ---------------------------------------------------------------------

async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const child of some) found.push(...(await filesIn(child)));
  }
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = (await Promise.all(entries.map(filesIn))).flat();
  return found.filter((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name));
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

form.querySelector("[data-without-script]").hidden = true;
retryAll.addEventListener("click", () => retry(again()));
input.addEventListener("change", () => {
  add([...input.files]);
  input.value = "";
});
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.classList.remove("is-over");
});
document.addEventListener("drop", async (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.classList.remove("is-over");
  add(await dropped(event.dataTransfer));
});
document.addEventListener("paste", (event) => add([...(event.clipboardData?.files ?? [])]));
