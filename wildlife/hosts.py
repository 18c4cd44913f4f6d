"""Under which names a copy may be asked for."""

import socket
from ipaddress import ip_address

import psutil

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


def allowed_hosts(configured: list[str], listen_on: str) -> list[str]:
    """Return Django's ALLOWED_HOSTS: what is configured, else what follows from HOST.

    Loopback is always among them, for health checks. A copy that listens on every address (0.0.0.0
    or ::) answers to this machine's own addresses and name.
    """
    if configured:
        return [*configured, *LOOPBACK]
    return [*LOOPBACK, *(_own_names() if _is_wildcard(listen_on) else [_in_url(listen_on)])]


def is_public(host: str) -> bool:
    """Return whether something outside this machine could reach a server on `host`."""
    try:
        return not ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host != "localhost"


def _own_names() -> list[str]:
    name = socket.gethostname().lower()
    addresses = [
        _in_url(one.address.partition("%")[0])
        for card in psutil.net_if_addrs().values()
        for one in card
        if one.family in (socket.AF_INET, socket.AF_INET6)
    ]
    return [name, f"{name}.local", *addresses]


def _is_wildcard(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
