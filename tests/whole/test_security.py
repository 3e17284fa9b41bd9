"""No network, no code from data: what the planner may not do, whatever it is given."""

import ast
from pathlib import Path

import pytest

from planner import units
from planner.cli import main
from tests.conftest import nothing_calls_out

PACKAGE = Path(__file__).parents[2] / "planner"
SOURCES = sorted(PACKAGE.rglob("*.py"))
# A sweep's scheduler is an address that the user names; the browser app is served, to this machine alone.
NETWORKED = {"workers.py", "serve.py"}
# Calls that would run what they are given, or make objects of it.
FORBIDDEN = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "pickle.load", "pickle.loads",
    "marshal.loads", "shelve.open", "yaml.load", "yaml.unsafe_load", "joblib.load", "pandas.read_pickle",
    "pd.read_pickle",
    "np.load", "numpy.load",
}  # fmt: skip
MODULES = {"pickle", "cloudpickle", "dill", "marshal", "shelve", "yaml", "joblib"}
CLIENTS = {"socket", "urllib.request", "http.client", "requests", "httpx", "ftplib", "smtplib", "xmlrpc.client"}


def calls(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_given_is_run_as_code(path):
    for node, name in calls(path):
        assert name not in FORBIDDEN, f"{path.name}:{node.lineno}: {name}"
        shell = [word.value for word in node.keywords if word.arg == "shell"]
        assert not any(not isinstance(value, ast.Constant) or value.value for value in shell), (
            f"{path.name}:{node.lineno}"
        )
    assert not MODULES.intersection(imported(path))


def test_only_what_serves_or_names_a_scheduler_knows_the_network():
    knowing = {path.name for path in SOURCES if CLIENTS.intersection(imported(path))}
    assert knowing <= NETWORKED


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "own-8000-h100"),
        ("plan", "llama-3.1-405b", "--json"),
        ("report", "enterprise-8-gpu", "-o", "report.html"),
        ("claims",),
        ("validate", "fabric"),
        ("catalog", "check"),
        ("offers", "own-8000-h100"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_command_calls_out(arguments, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    with nothing_calls_out():
        status = main(list(arguments))
    captured = capsys.readouterr()
    assert status in (0, 1), captured.err
    assert captured.out or list(tmp_path.iterdir())


def test_the_documentation_is_written_without_calling_out(documentation):
    assert (documentation / "index.html").is_file()


@pytest.mark.parametrize("text", ["1 os.system", "(lambda: 1)() W", "1 W.__class__", "exit() W", "1 f(W)", "1 W if 1"])
def test_unit_text_is_matched_not_evaluated(text, monkeypatch):
    """What is not a product of names and small powers never reaches the library that knows units."""
    reached = []
    monkeypatch.setattr(units, "registry", lambda: reached.append(text))
    with pytest.raises(units.UnitError):
        units.read(text, "1")
    assert not reached


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "..", "a/../b", "h100-sxm.toml/../x", "\x00"])
@pytest.mark.parametrize("action", [("show",), ("new", "accelerators"), ("edit",)])
def test_an_entry_s_name_leads_nowhere_else(action, name, tmp_path, run):
    own = tmp_path / "own"
    own.mkdir()
    further = [] if action == ("show",) else ["power=1 W/accelerator", "--source", "mine", "--source-title", "Mine"]
    prefix = "accelerators/" if action == ("edit",) else ""
    assert run("catalog", *action, prefix + name, *further, "--catalogs", str(own), status=2).err.strip()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
