"""planner serve: what it refuses, its page, and a real browser that types and sees results change."""

import asyncio
import base64
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

aiohttp = pytest.importorskip("aiohttp", reason="comes with the extra 'web'")
pytest.importorskip("textual_serve", reason="the extra 'web' is not installed")

from planner.tui import serve  # noqa: E402
from tests.tui.conftest import SCENARIO  # noqa: E402

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)


@contextlib.asynccontextmanager
async def served(*arguments: str):
    """The address of a server that runs as long as the block."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "planner", "serve", "--port", "0", *arguments, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield (await asyncio.wait_for(server.stdout.readline(), 120)).decode().strip()
    finally:
        server.terminate()
        await asyncio.wait_for(server.wait(), 60)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_it_refuses_to_listen_beyond_this_machine(host, run):
    assert "no login" in run("serve", "--host", host, status=2).err


@pytest.mark.parametrize("port", ["-1", "70000"])
def test_a_wrong_port_is_said(port, run):
    assert "not a port" in run("serve", "--port", port, status=2).err


def test_a_port_that_is_taken_is_said(run):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "cannot listen" in run("serve", "--port", str(taken.getsockname()[1]), status=2).err


async def test_beyond_this_machine_it_warns_that_there_is_no_login():
    server = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "planner", "serve", "--host", "0.0.0.0", "--port", "0", "--allow-anyone"],
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        assert b"WITHOUT A LOGIN" in await asyncio.wait_for(server.stderr.readline(), 120)
    finally:
        server.terminate()
        await asyncio.wait_for(server.wait(), 60)


def test_a_file_name_with_spaces_reaches_the_app_whole(tmp_path):
    import shlex

    path = Path(shutil.copy(SCENARIO, tmp_path / "my $(plan) 'x'.toml"))
    assert shlex.split(serve.command(str(path), tmp_path))[-1] == str(path)


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("http://localhost:8000", "127.0.0.1:8000", True),
        ("http://evil.example", "127.0.0.1:8000", False),
        ("http://evil.example:8000", "evil.example:8000", False),
        ("http://127.0.0.1:9000", "127.0.0.1:8000", False),
        (None, "127.0.0.1:8000", False),
    ],
)
def test_only_its_own_page_may_connect(origin, host, ours):
    assert serve.same_site(origin, host, "http://127.0.0.1:8000") is ours


async def test_the_page_loads_nothing_from_elsewhere_and_other_sites_are_turned_away():
    async with served() as address, aiohttp.ClientSession() as client:
        page = await (await client.get(address)).text()
        loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"|url\(\"([^\"]+)\"\)", page)
        for link in (first or second for first, second in loaded):
            assert link.startswith((address, "data:")), link
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect(f"{address}/ws", headers={"Origin": "http://evil.example"})


async def test_each_visitor_has_a_process_of_its_own():
    """What one visitor types is not on the other's screen."""
    async with served(str(SCENARIO)) as address, aiohttp.ClientSession() as client:
        visitors = [await client.ws_connect(f"{address}/ws?width=80&height=24", origin=address) for _ in range(2)]
        first, second = [await _until(visitor, b"Two hundred servers") for visitor in visitors]
        assert first and second
        await visitors[0].send_json(["stdin", "q"])
        await _closed(visitors[0])
        await visitors[1].send_json(["stdin", "2"])
        assert await _until(visitors[1], b"adds a scenario")
        for visitor in visitors:
            await visitor.close()


async def _until(visitor, wanted: bytes) -> bool:
    """Whether the screen's bytes come to hold a text within a minute and a half."""
    seen = b""
    with contextlib.suppress(asyncio.TimeoutError):
        async with asyncio.timeout(90):
            async for message in visitor:
                seen += message.data if isinstance(message.data, bytes) else message.data.encode()
                if wanted in seen:
                    return True
    return False


async def _closed(visitor) -> None:
    async with asyncio.timeout(90):
        async for _ in visitor:
            pass


class Browser:
    """A headless chromium, spoken to in its debugging protocol."""

    def __init__(self, socket, tasks):
        self.socket, self.tasks = socket, tasks
        self.number = 0
        self.received = ""
        self.requested: list[str] = []
        self.answers: dict[int, asyncio.Future] = {}

    async def call(self, method: str, **given):
        self.number += 1
        answer = self.answers[self.number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": self.number, "method": method, "params": given})
        return await asyncio.wait_for(answer, 90)

    async def listen(self):
        async for message in self.socket:
            event = json.loads(message.data)
            if "id" in event:
                self.answers.pop(event["id"]).set_result(event.get("result", event.get("error")))
            elif event["method"] == "Network.webSocketFrameReceived":
                data = event["params"]["response"]["payloadData"]
                with contextlib.suppress(ValueError):
                    data = base64.b64decode(data, validate=True).decode(errors="replace")
                self.received += data
            elif event["method"] == "Network.requestWillBeSent":
                self.requested.append(event["params"]["request"]["url"])

    async def until(self, wanted: str) -> None:
        """Wait until the screen's bytes hold a text."""
        async with asyncio.timeout(120):
            while wanted not in self.received:
                await asyncio.sleep(0.05)

    async def press(self, key: str, code: int, text: str = "") -> str:
        """Press a key; what the screen's bytes are from then until nothing more follows."""
        before = len(self.received)
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **extra)
        async with asyncio.timeout(60):
            while len(self.received) == before:
                await asyncio.sleep(0.02)
        await self.quiet()
        return self.received[before:]

    async def quiet(self) -> None:
        """Wait until the app has drawn what it had to draw."""
        async with asyncio.timeout(60):
            known = -1
            while len(self.received) != known:
                known = len(self.received)
                await asyncio.sleep(0.3)

    async def picture(self) -> str:
        return (await self.call("Page.captureScreenshot", format="png"))["data"]


@contextlib.asynccontextmanager
async def browser(address: str, client):
    """The page of an address in a headless chromium."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        process = await asyncio.create_subprocess_exec(
            *[CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"],
            *[f"--user-data-dir={home}", "--no-first-run", "--window-size=1400,900", "about:blank"],
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env=os.environ | {"HOME": home},
        )
        listening = None
        try:
            async with asyncio.timeout(120):
                line = b""
                while b"DevTools listening on" not in line:
                    line = await process.stderr.readline()
                    assert line, "chromium ended before it listened"
            port = re.search(rb"127\.0\.0\.1:(\d+)", line)[1].decode()
            drained = asyncio.create_task(process.stderr.read())
            pages = await (await client.get(f"http://127.0.0.1:{port}/json")).json()
            target = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
            async with client.ws_connect(target, max_msg_size=0) as socket:
                found = Browser(socket, drained)
                listening = asyncio.create_task(found.listen())
                for domain in ("Network.enable", "Page.enable"):
                    await found.call(domain)
                await found.call("Page.navigate", url=address)
                yield found
        finally:
            if listening is not None:
                listening.cancel()
            process.terminate()
            await asyncio.wait_for(process.wait(), 60)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
async def test_a_real_browser_types_a_value_and_sees_the_result_change():
    async with served(str(SCENARIO)) as address, aiohttp.ClientSession() as client, browser(address, client) as page:
        await page.until("Two hundred servers")
        await page.until("P10 to P90")
        await page.quiet()
        await page.call("Runtime.evaluate", expression="document.querySelector('textarea').focus()")
        before = await page.picture()
        for _ in range(60):
            if "Accelerators that the cluster must have" in await page.press("ArrowDown", 40):
                break
        else:
            pytest.fail("the cursor keys did not reach the input of the size")
        page.received = ""
        # The field opens with "1600 accelerator"; one digit before it makes that 11,600.
        await page.press("Enter", 13, "\r")
        await page.press("Home", 36)
        await page.press("1", 49, "1")
        await page.until("11,600")
        await page.until("▲")
        async with asyncio.timeout(60):
            while await page.picture() == before:
                await asyncio.sleep(0.1)
        outside = [url for url in page.requested if not url.startswith((address, "data:", "ws:", "about:", "blob:"))]
        assert outside == []


def test_without_the_extra_it_says_how_to_get_it():
    code = (
        "import sys; sys.modules['textual_serve'] = None\n"
        "from planner.cli import main\nsys.exit(main(['serve', '--port', '0']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2 and "[web]" in done.stderr
