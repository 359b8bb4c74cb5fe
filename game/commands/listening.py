"""Where a command that serves listens. It imports no heavy library and serves nothing."""

import socket

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Hosts that no other machine reaches."""


class AddressError(ValueError):
    """Nothing can listen there; the message says why."""


def read_address(address: str) -> tuple[str, int]:
    """Host and port of HOST:PORT.

    Raises:
        AddressError: it is not of that form.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal():
        raise AddressError(f"an address is HOST:PORT, not {address!r}")
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Whether no other machine reaches that host."""
    return host in LOOPBACK


def listen(host: str, port: int) -> socket.socket:
    """A socket bound there.

    Raises:
        AddressError: it cannot be.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        raise AddressError(f"cannot listen at {host}:{port}: {error}") from error


def url_of(listener: socket.socket) -> str:
    """What a client on this machine enters to reach a socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
