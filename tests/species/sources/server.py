"""A server on a real socket that answers what it was told to, and remembers what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """A question: the path, its query (one value for each name), and the headers."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class Answer:
    """`body` is JSON, or bytes as they go out."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Server:
    """Answers each path in turn with what it was given for it; the last answer stays."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, list[Answer]] = {}
        self.url = ""

    def says(self, path: str, *answers: Answer) -> None:
        """Tell the answers for a path, with a query where it matters: `/taxa?page=2`."""
        self._answers[path] = list(answers)

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def answer(self, path: str, query: str) -> Answer:
        waiting = self._answers.get(f"{path}?{query}") or self._answers.get(path)
        if not waiting:
            return Answer({"error": "Not found"}, 404)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def serving() -> Iterator[Server]:
    """Serve until the end of the block."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            server.asked.append(Asked(parts.path, query, dict(self.headers)))
            answer = server.answer(parts.path, parts.query)
            body = answer.body
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            """Tests need no log."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    server.url = f"http://127.0.0.1:{listener.server_port}"
    thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
