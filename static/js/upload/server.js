// What the server is asked, and how it answers. No answer is an error to begin with: each comes as
// {status, body}, with status 0 where the connection was lost.

export class Server {
  constructor(begin, token) {
    this.begin = begin;
    this.token = token;
    this.urls = null;
    this.partBytes = 0;
  }

  // Announces files; the first time this begins the upload, or finds the one they belong to.
  async announce(files) {
    const answer = await this.json(this.urls?.announce ?? this.begin, { files });
    if (answer.body.urls) {
      this.urls = answer.body.urls;
      this.partBytes = answer.body.part_bytes;
    }
    return answer;
  }

  check(hashes) {
    return this.json(this.urls.check, { hashes });
  }

  async json(url, body) {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token };
    try {
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      return { status: answer.status, body: await answer.json().catch(() => ({})) };
    } catch {
      return { status: 0, body: {} };
    }
  }

  send(item, file, told) {
    return this.form(this.urls.file, { item, file }, told);
  }

  sendPart(item, number, file, told) {
    const from = number * this.partBytes;
    return this.form(this.urls.part, { item, number, file: file.slice(from, from + this.partBytes) }, told);
  }

  // fetch() tells nothing of how much is sent, so this is the older way.
  form(url, fields, { signal, progress }) {
    return new Promise((done) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      const request = new XMLHttpRequest();
      const stop = () => request.abort();
      request.open("POST", url);
      request.responseType = "json";
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", this.token);
      request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 0));
      request.addEventListener("loadend", () => {
        signal.removeEventListener("abort", stop);
        done({ status: request.status, body: request.response ?? {} });
      });
      signal.addEventListener("abort", stop);
      request.send(body);
    });
  }
}
