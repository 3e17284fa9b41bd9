"""What the tests of the app share: an app on a scenario of the user's own, and how one looks at it and waits for it."""

import functools
import shutil
from pathlib import Path

import pytest
from textual.widgets import Static

from planner.evidence.claims import verdicts
from planner.evidence.validation import validation
from planner.tui.app import PlannerApp
from planner.tui.session import open_session
from planner.tui.widgets.lines import LineTable
from tests.conftest import CATALOG, DATA

SCENARIO = DATA / "tui.toml"
POOLS = DATA / "tui-pools.toml"
SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
KEYS = {" ": "space", ".": "full_stop", "-": "minus", "/": "slash", "%": "percent_sign", "_": "underscore"}


@pytest.fixture
def shown():
    """The scenario that the app is opened on."""
    return SCENARIO


@pytest.fixture
def file(tmp_path, shown):
    """The same as a file of the user's own."""
    return Path(shutil.copy(shown, tmp_path / "mine.toml"))


@pytest.fixture
def app(tmp_path, monkeypatch, file):
    """The app on that file, with an empty catalog directory of the user's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalogs").mkdir()
    return PlannerApp(open_session(str(file), tmp_path / "catalogs"))


@pytest.fixture(scope="session")
def judged():
    """Verdicts and replays that have been worked out: what no key changes is worked out once for all apps."""
    judge_all = verdicts.Court.judge_all
    return functools.cache(lambda: judge_all(verdicts.Court(CATALOG))), functools.cache(validation.replay)


@pytest.fixture(autouse=True)
def quick(judged, monkeypatch):
    """A catalog with entries of the user's own is judged and replayed by itself."""
    judge_all, replay = verdicts.Court.judge_all, validation.replay
    judge_once, replay_once = judged

    def as_shipped(catalog):
        return not any(path for layer in catalog.layers if layer not in CATALOG.layers for path in layer.rglob("*.*"))

    def judge(court):
        return list(judge_once()) if as_shipped(court.catalog) else judge_all(court)

    def replayed(kind, catalog):
        return replay_once(kind, CATALOG) if as_shipped(catalog) else replay(kind, catalog)

    monkeypatch.setattr(verdicts.Court, "judge_all", judge)
    monkeypatch.setattr(validation, "replay", replayed)


async def settled(pilot, pause: float = 0.3) -> None:
    """Wait for everything that runs beside the screen, after the pause in which it begins."""
    await pilot.pause(pause)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def until(pilot, condition, seconds: float = 60) -> None:
    """Wait for what happens beside the keys."""
    for _ in range(round(seconds / 0.1)):
        if condition():
            return
        await pilot.pause(0.1)
    pytest.fail(f"it did not happen within {seconds} seconds")


async def typed(pilot, text: str) -> None:
    """Press the keys of a text."""
    await pilot.press(*[KEYS.get(letter, letter) for letter in text])


async def edit(pilot, name: str, text: str) -> None:
    """Open the field of an input and type a text over what stands there."""
    pilot.app.screen.edit_input(name)
    await pilot.pause()
    await pilot.press("home", "ctrl+k")
    await typed(pilot, text)


def keys(app, table: str) -> list[str]:
    """The key of every row."""
    return [row.key for row in app.screen.query_one(table, LineTable).rows]


def cells(app, key: str, table: str = "#results") -> tuple[str, ...]:
    """The cells of a row."""
    return next(row.cells for row in app.screen.query_one(table, LineTable).rows if row.key == key)


def words(app, selector: str) -> str:
    """What a text on the screen says."""
    return str(app.screen.query_one(selector, Static).render())
