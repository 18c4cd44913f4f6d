// Takes files through announcing, hashing, checking and sending. Each job is small, and lets go of
// its file as soon as that is settled; what a file contains is never held.
//
// Job: {file, path, size, id, state, sent, problem, url, parts}, with state "new" → "announced" →
// "ready" → "sending" → "done" | "known" | "refused" | "failed".

const ANNOUNCED_AT_ONCE = 500;
const SENT_AT_ONCE = 3;
const CHECKED_AHEAD = 64;
const RETRIES = 5;
const LONGEST_WAIT = 30_000; // milliseconds
const SETTLED = { taken: "done", unpacking: "done", unpacked: "done", known: "known", refused: "refused" };

export class Queue extends EventTarget {
  constructor(server, hasher, words) {
    super();
    Object.assign(this, { server, words });
    this.jobs = [];
    this.fresh = [];
    this.unchecked = [];
    this.ready = [];
    this.active = new Set();
    this.counts = { done: 0, known: 0, refused: 0, failed: 0 };
    this.paused = false;
    this.waitUntil = 0;
    this.losses = 0;
    this.batch = 1;
    this.announcing = this.checking = false;
    this.stop = new AbortController();
    this.hashes = new Map();
    this.hasher = hasher;
    hasher.addEventListener("message", ({ data }) => {
      this.hashes.get(data.number)(data.hash);
      this.hashes.delete(data.number);
    });
  }

  add({ file, path }) {
    const job = { file, path, size: file.size, id: 0, state: "new", sent: 0, problem: "", url: "", parts: 0, archive: false };
    this.jobs.push(job);
    this.fresh.push(job);
  }

  get settled() {
    return this.counts.done + this.counts.known + this.counts.refused + this.counts.failed;
  }

  get going() {
    return this.settled < this.jobs.length;
  }

  get progress() {
    let sent = this.settled;
    for (const job of this.active) sent += job.sent;
    return sent / (this.jobs.length || 1);
  }

  pause() {
    this.paused = true;
    this.stop.abort();
    this.stop = new AbortController();
    this.changed();
  }

  goOn() {
    this.paused = false;
    this.waitUntil = 0;
    this.losses = 0;
    this.work();
  }

  // Those that failed on their way: what the server refused it would refuse again.
  retry() {
    for (const job of this.jobs) {
      if (job.state !== "failed") continue;
      this.counts.failed -= 1;
      job.problem = "";
      job.state = job.id ? "ready" : "new";
      (job.id ? this.ready : this.fresh).push(job);
    }
    this.goOn();
  }

  work() {
    const wait = this.waitUntil - Date.now();
    if (this.paused || wait > 0) {
      if (!this.paused) this.later(wait);
      this.changed();
      return;
    }
    this.announce();
    this.check();
    while (this.active.size < SENT_AT_ONCE && this.ready.length) this.send(this.ready.shift());
    this.changed();
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.work(), wait + 20);
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  // --- Announcing and checking -------------------------------------------------------------------

  async announce() {
    if (this.announcing || !this.fresh.length) return;
    this.announcing = true;
    const some = this.fresh.splice(0, ANNOUNCED_AT_ONCE);
    const { status, body } = await this.server.announce(some.map(({ file, path, size }) => ({
      key: `${path}\n${size}\n${file.lastModified}`, path, size,
    })));
    this.announcing = false;
    if (status >= 200 && status < 300) this.announced(some, body.items);
    else if (this.lost(status, body)) this.fresh.unshift(...some);
    else for (const job of some) this.fail(job, body.sentence ?? this.why(status));
    this.work();
  }

  announced(jobs, items) {
    this.losses = 0;
    jobs.forEach((job, at) => {
      const item = items[at];
      Object.assign(job, { id: item.id, archive: item.archive, parts: item.parts });
      if (SETTLED[item.state]) {
        // Settled before this page was opened: it need not even be hashed.
        this.settle(job, item.state === "taken" ? { ...item, state: "known" } : item);
      } else {
        job.state = item.archive ? "ready" : "announced";
        (item.archive ? this.ready : this.unchecked).push(job);
      }
    });
  }

  async check() {
    if (this.checking || !this.unchecked.length || this.ready.length >= CHECKED_AHEAD) return;
    this.checking = true;
    // One by one at first, so that sending begins at once.
    const some = this.unchecked.splice(0, this.batch);
    this.batch = Math.min(this.batch * 2, CHECKED_AHEAD);
    const hashes = {};
    for (const job of some) {
      const hash = await this.hash(job.file);
      if (hash) hashes[job.id] = hash;
      else this.fail(job, this.words.unreadable);
    }
    const readable = some.filter((job) => hashes[job.id]);
    const { status, body } = readable.length ? await this.server.check(hashes) : { status: 200, body: { items: [] } };
    this.checking = false;
    if (status === 200) {
      this.losses = 0;
      const known = new Map(body.items.map((item) => [item.id, item]));
      for (const job of readable) {
        if (known.has(job.id)) this.settle(job, known.get(job.id));
        else {
          job.state = "ready";
          this.ready.push(job);
        }
      }
    } else if (this.lost(status, body)) this.unchecked.unshift(...readable);
    else for (const job of readable) this.fail(job, body.sentence ?? this.why(status));
    this.work();
  }

  hash(file) {
    return new Promise((found) => {
      this.number = (this.number ?? 0) + 1;
      this.hashes.set(this.number, found);
      this.hasher.postMessage({ number: this.number, file });
    });
  }

  // --- Sending -----------------------------------------------------------------------------------

  async send(job) {
    this.active.add(job);
    job.state = "sending";
    const { signal } = this.stop;
    const progress = (share) => {
      job.sent = job.archive ? Math.min(1, ((job.parts + share) * this.server.partBytes) / job.size) : share;
      this.changed();
    };
    const told = { signal, progress };
    const answer = job.archive
      ? await this.server.sendPart(job.id, job.parts, job.file, told)
      : await this.server.send(job.id, job.file, told);
    this.active.delete(job);
    this.answered(job, answer, signal.aborted);
    this.work();
  }

  answered(job, { status, body }, stopped) {
    if (status >= 200 && status < 300) {
      this.losses = 0;
      job.parts = body.parts ?? 0;
      if (SETTLED[body.state]) this.settle(job, body);
      else this.again(job);
    } else if (stopped || this.lost(status, body)) this.again(job);
    else this.fail(job, body.sentence ?? this.why(status));
  }

  again(job) {
    Object.assign(job, { state: "ready", sent: 0 });
    this.ready.unshift(job);
  }

  // Whether the same is to be tried again by itself: where the server asks for it, at its time; where
  // the connection is lost or the server restarts, until it is back, each time later than the one
  // before. A server that breaks over what it is sent is asked some times only.
  lost(status, body) {
    if (status === 429) {
      this.waitUntil = Date.now() + (body.wait ?? 10) * 1000;
      this.reason = body.sentence ?? "";
      return true;
    }
    if (status && status < 500) return false;
    if (Date.now() < this.waitUntil) return true;
    this.losses += 1;
    if (status === 500 && this.losses > RETRIES) return false;
    this.reason = "";
    this.waitUntil = Date.now() + Math.min(LONGEST_WAIT, 400 * 2 ** this.losses);
    return true;
  }

  // What is said of an answer that brings no sentence of its own.
  why(status) {
    return { 403: this.words.stale, 413: this.words.tooBig }[status] ?? this.words.refused;
  }

  settle(job, item) {
    const state = SETTLED[item.state];
    Object.assign(job, { state, sent: 1, url: item.url, problem: item.problem, file: null });
    this.counts[state] += 1;
    this.dispatchEvent(new Event("settled"));
  }

  fail(job, problem) {
    Object.assign(job, { state: "failed", sent: 0, problem });
    this.counts.failed += 1;
  }
}
