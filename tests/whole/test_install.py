"""What is built can be installed and runs anywhere: other folders, no home, plain terminals, narrow encodings."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = {
    "catalogs": "planner/data/catalogs",
    "seeds": "planner/data/seeds",
    "docs/guides": "planner/data/docs/guides",
    "planner": "planner",
}
# Other interpreters that have the dependencies: on the path, or named in PLANNER_INTERPRETERS.
VERSIONS = ("python3.11", "python3.12", "python3.13", "python3.14")
NAMED = [each for each in os.environ.get("PLANNER_INTERPRETERS", "").split(os.pathsep) if each]
INTERPRETERS = [*NAMED, *filter(None, map(shutil.which, VERSIONS))]
DEPENDENCIES = "import markdown_it, numpy, pandas, pint, platformdirs, rich, scipy, textual, textual_plotext, tomlkit"
# Where people run programs: nothing of the shell's settings but these.
PLACES = {
    "no home": {},
    "a home that is not there": {"HOME": "/no/such/home"},
    "no colour": {"NO_COLOR": "1", "TERM": "dumb"},
    "a narrow terminal": {"COLUMNS": "20", "LINES": "5", "TERM": "vt100"},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "the POSIX locale": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "a locale that is not there": {"LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0"},
    "another's home": {"HOME": "/root", "XDG_CONFIG_HOME": "/root/settings", "PLANNER_CATALOGS": "/root:/no/such"},
    "warnings as errors": {"PYTHONWARNINGS": "error"},
    "plain ASCII": {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Latin": {"PYTHONIOENCODING": "latin-1"},
}


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder with the wheel and the source archive."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds, is not installed: pip install hatchling")
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def installed(built, tmp_path_factory):
    """The wheel unpacked, as installing does, and not to be written into."""
    folder = tmp_path_factory.mktemp("site")
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def run(installed, folder, arguments, **variables):
    search = [
        str(installed),
        *(path for path in sys.path if path and Path(path).resolve() != ROOT),
    ]
    return subprocess.run(
        [sys.executable, "-B", "-m", "planner", *arguments],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(search), **variables},
        capture_output=True,
        timeout=120,
    )


def test_the_wheel_holds_everything_that_is_shipped(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    tracked = subprocess.run(["git", "ls-files", "-z", *SHIPPED], cwd=ROOT, capture_output=True, text=True).stdout
    files = [name for name in tracked.split("\0") if name and not Path(name).name.startswith(".")]
    if not files:
        pytest.skip("not a checkout")
    for name in files:
        folder = next(each for each in SHIPPED if name.startswith(f"{each}/"))
        assert SHIPPED[folder] + name.removeprefix(folder) in inside, name
    assert {"planner/units.txt", "planner/money/ledger.toml"} <= inside
    assert not [name for name in inside if name.startswith(("tests/", "benchmarks/")) or "__pycache__" in name]


def test_the_source_archive_can_be_built_from(built):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        inside = {name.partition("/")[2] for name in files.getnames()}
    assert {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "planner/units.txt",
        "catalogs/choices.toml",
        "seeds/claims.csv",
    } <= inside


@pytest.mark.parametrize("place", PLACES)
def test_a_plan_is_made_anywhere(installed, tmp_path, place):
    done = run(installed, tmp_path, ["plan", "own-8000-h100"], **PLACES[place])
    assert done.returncode == 0, done.stderr[-2000:]
    assert b"8,000" in done.stdout and b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("catalog", "search", "h100"),
        ("explain", "tco", "own-8000-h100"),
        ("claims",),
        ("plan", "nowhere.toml"),
        (),
    ],
    ids=lambda arguments: " ".join(arguments) or "no command",
)
def test_commands_run_from_an_install_that_may_not_be_written(installed, tmp_path, arguments):
    before = sorted(installed.rglob("*"))
    done = run(installed, tmp_path, arguments, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.returncode == (2 if "nowhere.toml" in arguments else 0), done.stderr[-2000:]
    assert b"Traceback" not in done.stderr
    assert sorted(installed.rglob("*")) == before


def test_own_entries_go_where_they_may_be_written(installed, tmp_path):
    said = ["--source", "letter", "--source-title", "A letter"]
    change = ["catalog", "edit", "accelerators/h100-sxm", "power=650 W/accelerator", *said]
    done = run(installed, tmp_path, change, HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    (own,) = tmp_path.rglob("h100-sxm.toml")
    assert not own.is_relative_to(installed)
    done = run(installed, tmp_path, ["catalog", "show", "h100-sxm"], HOME=str(tmp_path))
    assert b"650 W/accelerator" in done.stdout


def test_the_installed_package_is_the_one_that_ran(installed, tmp_path):
    done = run(installed, tmp_path, ["--version"])
    assert done.returncode == 0
    where = subprocess.run(
        [sys.executable, "-c", "import planner; print(planner.__file__)"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(installed)


@pytest.mark.parametrize("interpreter", INTERPRETERS)
@pytest.mark.parametrize(
    "arguments", [("plan", "own-8000-h100"), ("check",), ("risk", "own-8000-h100", "--samples", "64")]
)
def test_every_version_of_python_runs_it(installed, tmp_path, interpreter, arguments):
    """Without a warning that something it uses is going away."""
    found = subprocess.run([interpreter, "-c", DEPENDENCIES], capture_output=True, text=True, cwd=tmp_path)
    if found.returncode:
        pytest.skip(f"{interpreter} lacks the dependencies: {found.stderr.strip().splitlines()[-1][:80]}")
    done = subprocess.run(
        [interpreter, "-B", "-W", "error", "-m", "planner", *arguments],
        cwd=tmp_path,
        env={"PATH": os.defpath, "PYTHONPATH": str(installed)},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout and not done.stderr


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only the superuser may become another user")
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("plan", "own-8000-h100"), 0),
        (("check",), 0),
        (("sweep", "own-8000-h100", "--vary", "pue=1.1,1.2", "--csv"), 0),
        (("sweep", "own-8000-h100", "--vary", "pue=1.1,1.2", "-o", "out.csv"), 2),
        (("report", "own-8000-h100", "-o", "out.html"), 2),
        (("catalog", "edit", "accelerators/h100-sxm", "power=1 W/accelerator", "--source=a", "--source-title=A"), 2),
    ],
    ids=lambda given: " ".join(given[:2]) if isinstance(given, tuple) else str(given),
)
def test_an_ordinary_user_without_a_home_runs_what_another_installed(installed, tmp_path, arguments, status):
    """Neither the install nor the folder they stand in nor a home may be written; what has to be is refused."""
    user = pwd.getpwnam("nobody")
    interpreter = next((each for each in (sys.executable, *INTERPRETERS) if runs(each, user, installed)), None)
    if interpreter is None:
        pytest.skip("no interpreter with the dependencies may be run by an ordinary user")
    before = sorted(installed.rglob("*"))
    done = as_user(interpreter, user, installed, ["-m", "planner", *arguments])
    assert done.returncode == status, done.stderr[-2000:]
    assert b"Traceback" not in done.stderr
    assert bool(done.stdout) or b"ermission denied" in done.stderr
    assert sorted(installed.rglob("*")) == before


def as_user(interpreter, user, installed, arguments):
    """Run by another user in a folder that they may not write in, without a home."""
    for path in [installed, *installed.parents]:
        if path.stat().st_uid == 0 and path.stat().st_mode & 0o005 != 0o005:
            path.chmod(path.stat().st_mode | 0o005)
    # An interpreter of the same version takes the dependencies of this one.
    same = Path(interpreter).resolve().name == f"python{sys.version_info.major}.{sys.version_info.minor}"
    here = [path for path in sys.path if same and Path(path).name == "site-packages"]
    return subprocess.run(
        [interpreter, "-B", *arguments],
        cwd="/",
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join([str(installed), *here]), "HOME": "/no/such/home"},
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        capture_output=True,
        timeout=120,
    )


def runs(interpreter, user, installed):
    try:
        return as_user(interpreter, user, installed, ["-c", DEPENDENCIES]).returncode == 0
    except OSError:
        return False
