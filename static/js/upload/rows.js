// A list of any length in a few elements: only the rows that can be seen are in the page.

const SPARE = 4;

export class Rows {
  constructor(list, blank) {
    Object.assign(this, { list, blank, jobs: [], rows: new Map() });
    this.space = list.querySelector("[data-space]");
    list.addEventListener("scroll", () => this.draw(), { passive: true });
  }

  show(jobs) {
    this.jobs = jobs;
    this.list.hidden = !jobs.length;
    if (jobs.length) this.draw();
  }

  get height() {
    this.tall ??= parseFloat(getComputedStyle(this.list).getPropertyValue("--row"));
    return this.tall;
  }

  draw() {
    const { list, jobs, height } = this;
    this.space.style.height = `${jobs.length * height}px`;
    const first = Math.max(0, Math.floor(list.scrollTop / height) - SPARE);
    const last = Math.min(jobs.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + SPARE);
    const seen = new Set(jobs.slice(first, last));
    for (const [job, row] of this.rows) {
      if (seen.has(job)) continue;
      row.remove();
      this.rows.delete(job);
    }
    for (let at = first; at < last; at += 1) this.place(jobs[at], at);
  }

  place(job, at) {
    let row = this.rows.get(job);
    if (!row) {
      row = this.blank.cloneNode(true);
      row.querySelector("[data-name]").textContent = job.path;
      row.querySelector("[data-name]").title = job.path;
      row.querySelector("progress").setAttribute("aria-label", job.path);
      this.rows.set(job, row);
      this.space.append(row);
    }
    row.style.transform = `translateY(${at * this.height}px)`;
    row.setAttribute("aria-setsize", this.jobs.length);
    row.setAttribute("aria-posinset", at + 1);
    const bar = row.querySelector("progress");
    bar.hidden = job.state !== "sending";
    bar.value = job.sent;
    const problem = row.querySelector("[data-failure]");
    problem.hidden = !job.problem;
    if (problem.textContent !== job.problem) problem.textContent = job.problem;
  }
}
