"""The app in a real terminal, from start to quit."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tui.conftest import SCENARIO

TMUX = shutil.which("tmux")
pytestmark = pytest.mark.skipif(TMUX is None, reason="no tmux on this machine")


class Terminal:
    """A tmux session of its own server, spoken to by keys and read as text."""

    def __init__(self, folder: Path, size: tuple[int, int], command: list[str]):
        self.base = [TMUX, "-S", str(folder / "socket")]
        columns, lines = map(str, size)
        subprocess.run(
            [*self.base, "-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", lines, *command], check=True
        )

    def press(self, *keys: str) -> None:
        subprocess.run([*self.base, "send-keys", *keys], check=True)

    def move(self, key: str, seconds: float = 60) -> None:
        """Press a key that moves a cursor, and wait until it is drawn elsewhere and nothing more follows."""
        before = self.text("-e")
        self.press(key)
        end = time.monotonic() + seconds
        while (now := self.text("-e")) == before and time.monotonic() < end:
            time.sleep(0.02)
        while (before := now) != (now := self.later()) and time.monotonic() < end:
            pass

    def later(self) -> str:
        time.sleep(0.15)
        return self.text("-e")

    def text(self, *how: str) -> str:
        done = subprocess.run([*self.base, "capture-pane", "-p", *how], capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    def until(self, wanted: str, seconds: float = 120) -> str:
        """The screen once it holds a text."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if wanted in (text := self.text()):
                return text
            time.sleep(0.05)
        pytest.fail(f"'{wanted}' did not come:\n{self.text()}")

    def note(self) -> str:
        """What is said of the input under the cursor."""
        return " ".join(line[:34].strip() for line in self.text().splitlines()[-4:-1])

    def close(self) -> None:
        subprocess.run([*self.base, "kill-server"], capture_output=True)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_from_start_to_quit(tmp_path, size):
    file = Path(shutil.copy(SCENARIO, tmp_path / "mine.toml"))
    status = tmp_path / "status"
    shell = f"cd {tmp_path}; {sys.executable} -m planner tui mine.toml; echo $? > {status}; sleep 60"
    terminal = Terminal(
        tmp_path,
        size,
        ["env", "-u", "COLUMNS", "-u", "LINES", f"PYTHONPATH={Path(__file__).parents[2]}", "sh", "-c", shell],
    )
    try:
        terminal.until("Two hundred servers")
        terminal.until("binds first")
        for _ in range(60):
            if "Accelerators that the" in terminal.note():
                break
            terminal.move("Down")
        terminal.press("Enter")
        terminal.until("Leave as it was")
        terminal.move("Home")
        terminal.press("1")
        terminal.until("▲")
        terminal.press("Enter")
        terminal.until("11,600")
        terminal.press("C-s")
        terminal.until("Saved")
        terminal.press("q")
        end = time.monotonic() + 60
        while not (status.is_file() and status.read_text()) and time.monotonic() < end:
            time.sleep(0.05)
        assert status.read_text().strip() == "0"
        assert '"11600 accelerator"' in file.read_text()
        assert "Traceback" not in terminal.text()
    finally:
        terminal.close()


def test_without_a_terminal_it_says_so():
    done = subprocess.run(
        [sys.executable, "-m", "planner", "tui"], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 2 and "needs a terminal" in done.stderr and "Traceback" not in done.stderr
