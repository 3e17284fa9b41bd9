"""What the commands of evidence share: their words, and the catalogs that they read."""

import functools
import json

import pytest

from planner import paths
from planner.catalog.catalog import Catalog
from planner.cli import main
from planner.evidence.calibration.fitting import prior
from planner.files import read_toml


@pytest.mark.parametrize(
    "command", ["validate", "validate fabric", "calibrate training", "market", "claims", "claims explain s0.gpu_share"]
)
def test_a_folder_of_catalogs_that_does_not_exist_is_refused(command, tmp_path, capsys):
    assert main([*command.split(), "--catalogs", str(tmp_path / "none")]) == 2
    assert "no such directory" in capsys.readouterr().err


def test_cases_are_replayed_with_the_figures_of_a_folder_of_catalogs(tmp_path, capsys):
    """A default moved in a user's folder moves what rests on it."""

    def restarted(*more):
        assert main(["validate", "reliability", "--json", *more]) == 0
        return json.loads(capsys.readouterr().out)["mape"]

    (tmp_path / "defaults").mkdir()
    moved = '[automatic_restart_time]\nvalue = "9 h"\nsource = "definition"\nkind = "estimate"\n'
    (tmp_path / "defaults" / "mine.toml").write_text(moved)
    assert restarted("--catalogs", str(tmp_path)) > restarted()


def test_cases_of_a_folder_of_catalogs_stand_for_the_shipped_ones(tmp_path, capsys):
    folder = tmp_path / "measurements"
    folder.mkdir()
    shipped = (paths.shipped("catalogs") / "measurements" / "fabric.csv").read_text(encoding="utf-8").splitlines()
    (folder / "fabric.csv").write_text("\n".join(shipped[:3]) + "\n")
    assert main(["validate", "fabric", "--json", "--catalogs", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["cases"] == 2


@pytest.mark.parametrize(("word", "kind"), [("serving", "inference"), ("cost", "tco")])
def test_the_former_words_of_kinds_are_taken_still(word, kind, capsys):
    printed = []
    for given in (word, kind):
        assert main(["validate", given, "--json"]) == 0
        printed.append(json.loads(capsys.readouterr().out))
    assert printed[0] == printed[1]
    assert printed[0]["kind"] == kind


def test_beliefs_before_the_fit_name_each_fitted_parameter():
    folder = paths.shipped("catalogs") / "calibration"
    for kind in ("training", "inference"):
        fit = read_toml(folder / f"{kind}.toml")
        names = list(prior(Catalog(), kind).start)
        for name in names:
            functools.reduce(lambda table, part: table[part], name.split("."), fit)
        assert fit["fit"]["parameters"] == len(names)
