"""A bad network: a proxy that passes bytes on, and breaks connections when told to."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Breaks = Callable[[int], int | None]
"""From the number of a connection to the bytes after which it breaks; None for a good one."""


class Proxy:
    """Passes connections on to a server; counts those that came."""

    def __init__(self, target: tuple[str, int], breaks: Breaks) -> None:
        self._target, self._breaks = target, breaks
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0

    def run(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            number, self.connections = self.connections, self.connections + 1
            far = socket.create_connection(self._target)
            left = self._breaks(number)
            for one, other, most in ((near, far, left), (far, near, None)):
                threading.Thread(target=_pass, args=(one, other, most), daemon=True).start()

    def close(self) -> None:
        self._listener.close()


@contextmanager
def bad_network(target: tuple[str, int], breaks: Breaks) -> Iterator[Proxy]:
    proxy = Proxy(target, breaks)
    threading.Thread(target=proxy.run, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.close()


def _pass(one: socket.socket, other: socket.socket, most: int | None) -> None:
    passed = 0
    with suppress(OSError):
        while data := one.recv(2048):
            passed += len(data)
            if most is not None and passed > most:
                break
            other.sendall(data)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
