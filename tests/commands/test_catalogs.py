"""--catalogs and PLANNER_CATALOGS: every command reads the own directory, and none passes over one that is missing."""

import json
import shutil

import pytest

from planner import cli, paths
from planner.reports import reference

# Each command with what it needs to be read.
LINES = {
    "plan": "plan enterprise-8-gpu",
    "explain": "explain tco enterprise-8-gpu",
    "phases": "phases amd-30mw-phased",
    "demand": "demand amd-30mw-phased",
    "place": "place shared-site",
    "compare": "compare enterprise-8-gpu edge-retail",
    "strategies": "strategies llama-3.1-405b",
    "scaling": "scaling llama-3.1-405b --sizes 1024,2048",
    "sweep": "sweep enterprise-8-gpu --vary pue=1.1,1.2 --watch tco",
    "solve": "solve enterprise-8-gpu --find pue --so-that tco<=2MUSD",
    "optimize": "optimize enterprise-8-gpu --choose cooling=air,direct-to-chip --minimize tco",
    "rank": "rank enterprise-8-gpu",
    "edge": "edge edge-retail",
    "risk": "risk enterprise-8-gpu --samples 64",
    "materials": "materials enterprise-8-gpu",
    "schedule": "schedule enterprise-8-gpu",
    "rules": "rules enterprise-8-gpu",
    "ledger": "ledger enterprise-8-gpu",
    "offers": "offers enterprise-8-gpu",
    "catalog": "catalog list",
    "scenario": "scenario list",
    "report": "report enterprise-8-gpu -o plan.md",
    "docs": "docs -o site",
    "validate": "validate fabric",
    "calibrate": "calibrate training",
    "claims": "claims",
    "market": "market",
    "check": "check",
    "tui": "tui",
    "serve": "serve",
}
# With the site of the own directory: commands that plan take it as a choice, these in their own words.
OWN_SITE = {
    "place": "place shared-site --sites my-hall,us-ohio",
    "sweep": "sweep enterprise-8-gpu --vary site=my-hall,us-ohio --watch tco",
    "optimize": "optimize enterprise-8-gpu --choose site=my-hall,us-ohio --minimize tco",
}
OTHERS = ("catalog", "scenario", "docs", "validate", "calibrate", "claims", "market", "check", "tui", "serve")
PLANS = [OWN_SITE.get(name, f"{line} --choose site=my-hall") for name, line in LINES.items() if name not in OTHERS]
LISTS = [
    "catalog list sites",
    "catalog show my-hall",
    "catalog search my-hall",
    "catalog diff",
    "scenario list",
    "scenario show my-scenario",
]


@pytest.fixture
def own(tmp_path):
    """A directory with a site and a scenario of one's own."""
    directory = tmp_path / "own"
    (directory / "sites").mkdir(parents=True)
    (directory / "scenarios").mkdir()
    shutil.copy(paths.shipped("catalogs") / "sites" / "us-ohio.toml", directory / "sites" / "my-hall.toml")
    shipped = (paths.shipped("catalogs") / "scenarios" / "enterprise-8-gpu.toml").read_text(encoding="utf-8")
    (directory / "scenarios" / "my-scenario.toml").write_text(shipped.replace("us-ohio", "my-hall"), encoding="utf-8")
    return directory


def status_of(words: list[str]) -> int:
    try:
        return cli.main(words)
    except SystemExit as stop:
        return int(stop.code or 0)


def test_every_command_has_a_line():
    assert set(LINES) == set(cli.COMMANDS)


@pytest.mark.parametrize("line", LINES.values())
def test_a_directory_that_does_not_exist_is_refused_by_every_command(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert status_of([*line.split(), "--catalogs", "no-such-directory"]) == cli.BAD_INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no-such-directory: --catalogs: no such directory" in printed.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", PLANS, ids=lambda line: line.split()[0])
def test_a_site_of_the_own_directory_is_planned_with_by_every_command(line, own, monkeypatch, capsys):
    monkeypatch.chdir(own)
    assert status_of([*line.split(), "--catalogs", str(own)]) in (cli.DONE, cli.FAILED_CHECK), capsys.readouterr().err
    assert status_of(line.split()) == cli.BAD_INPUT
    assert "my-hall" in capsys.readouterr().err


@pytest.mark.parametrize("line", LISTS)
@pytest.mark.parametrize("named_by", ["--catalogs", "PLANNER_CATALOGS"])
def test_an_own_entry_is_listed(line, named_by, own, monkeypatch, capsys):
    words = line.split()
    if named_by == "--catalogs":
        words += ["--catalogs", str(own)]
    else:
        monkeypatch.setenv("PLANNER_CATALOGS", str(own))
    assert cli.main(words) == cli.DONE
    assert "my-hall" in (printed := capsys.readouterr().out) or "my-scenario" in printed


def test_the_documentation_and_the_check_see_the_own_directory(own, tmp_path, monkeypatch, capsys):
    sites = {"index.html": "my-hall"}
    monkeypatch.setattr(reference, "site", lambda catalog, parser: sites if "my-hall" in catalog.keys("sites") else {})
    assert cli.main(["docs", "-o", str(tmp_path / "site"), "--catalogs", str(own)]) == cli.DONE
    assert "my-hall" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    (own / "sites" / "my-hall.toml").write_text('name = "My hall"\nno_such_field = "1 W"\n', encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["catalog", "check", "--catalogs", str(own)]) == cli.FAILED_CHECK
    assert "no_such_field" in capsys.readouterr().out


def test_a_scenario_of_the_own_directory_is_planned_by_its_name(own, monkeypatch, capsys):
    monkeypatch.setenv("PLANNER_CATALOGS", str(own))
    assert cli.main(["plan", "my-scenario", "--json"]) == cli.DONE
    assert json.loads(capsys.readouterr().out)["results"]["tco"]["value"] > 0


def test_a_tariff_of_the_own_directory_bills(own, capsys):
    (own / "tariffs").mkdir()
    shipped = paths.shipped("catalogs") / "tariffs" / "large-load-minimum.toml"
    shutil.copy(shipped, own / "tariffs" / "my-tariff.toml")
    line = ["ledger", "own-8000-h100", "--tariff", "my-tariff"]
    assert cli.main(line) == cli.BAD_INPUT
    assert cli.main([*line, "--catalogs", str(own)]) == cli.DONE


def test_a_directory_of_the_environment_that_cannot_be_read_is_named_and_left_out(monkeypatch, capsys):
    monkeypatch.setenv("PLANNER_CATALOGS", "no-such-directory")
    assert cli.main(["scenario", "list"]) == cli.DONE
    assert "PLANNER_CATALOGS: no-such-directory" in capsys.readouterr().err


def test_the_market_view_refuses_an_own_directory(own, capsys):
    assert cli.main(["market", "--catalogs", str(own)]) == cli.BAD_INPUT
    assert "reads the source documents alone" in capsys.readouterr().err
