"""The terminal app in a browser: one process for each visitor, on loopback unless told otherwise."""

from __future__ import annotations

import ipaddress
import shlex
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from planner.errors import one
from planner.extras import needed

PORT = 8000
LOOPBACK = "127.0.0.1"
WARNING = """planner serve: WARNING: listening on {host}, beyond this machine, WITHOUT A LOGIN.
Whoever reaches this port can use the app and write files as you. Put a proxy with a login before it."""


def serve(file: str | None, catalogs: Path | None, host: str, port: int, allow_anyone: bool) -> int:
    """Serve the app until interrupted; the exit status."""
    if not is_loopback(host):
        if not allow_anyone:
            message = (
                f"'{host}' is beyond this machine, and the app has no login: give --allow-anyone to do so all the same"
            )
            raise one("planner serve", "--host", message)
        print(WARNING.format(host=host), file=sys.stderr, flush=True)
    if not 0 <= port < 65536:
        raise one("planner serve", "--port", f"{port} is not a port: it takes 0 to 65535, 0 for any that is free")
    needed("textual_serve", "web")
    with listening(host, port) as listener:
        _server(command(file, catalogs), host, listener).serve()
    return 0


def command(file: str | None, catalogs: Path | None) -> str:
    """What runs for each visitor, as a line for the shell."""
    words = [sys.executable, "-m", "planner", "tui"]
    if catalogs is not None:
        words += ["--catalogs", str(catalogs.resolve())]
    if file is not None:
        words.append(str(Path(file).resolve()) if Path(file).exists() else file)
    return shlex.join(words)


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int) -> socket.socket:
    """A socket on the port, or on a free one for 0; InputError where it cannot be had."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise one("planner serve", "--port", f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listener


def same_site(origin: str | None, host: str | None, own: str) -> bool:
    """Whether a page of our own asks: other sites' pages, and other names for this machine, are turned away."""
    if origin is None or host is None:
        return False
    asking, asked, ours = urlsplit(origin), urlsplit(f"//{host}"), urlsplit(own)
    if (asking.hostname, asking.port) == (asked.hostname, asked.port) == (ours.hostname, ours.port):
        return True
    loopback = all(is_loopback(each.hostname or "") for each in (asking, asked, ours))
    return loopback and asking.port == asked.port == ours.port


def _server(app_command: str, host: str, listener: socket.socket) -> Any:
    from aiohttp import web
    from textual_serve.server import Server

    class PlannerServer(Server):
        """textual-serve with a page that works offline, and deaf to other sites' pages."""

        async def on_startup(self, app: web.Application) -> None:
            print("planner serve: ctrl+c ends it", file=sys.stderr, flush=True)

        def serve(self, debug: bool = False) -> None:
            """Serve until interrupted; the address goes to standard output."""
            web.run_app(self._make_app(), sock=listener, print=lambda _: print(self.public_url, flush=True))

        async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
            if not same_site(request.headers.get("Origin"), request.headers.get("Host"), self.public_url):
                raise web.HTTPForbidden(text="this address serves its own page alone")
            return await super().handle_websocket(request)

    named = f"[{host}]" if ":" in host and not host.startswith("[") else host
    port = listener.getsockname()[1]
    return PlannerServer(
        app_command,
        host=host.strip("[]"),
        port=port,
        title="planner",
        public_url=f"http://{named}:{port}",
        templates_path=Path(__file__).with_name("web"),
    )
