"""Entries of one's own: copied, edited with a source, compared; nothing written that would not load."""

import datetime

import pytest

from planner import paths
from planner.catalog import authoring, browse
from planner.catalog.authoring import Provenance
from planner.catalog.catalog import Catalog
from planner.errors import InputError
from planner.plan import planning
from planner.scenario import scenario_file

MINE = Provenance(source="my-datasheet", source_title="My data sheet")


@pytest.fixture
def catalog(tmp_path):
    return Catalog([paths.shipped("catalogs"), tmp_path])


def edited(catalog: Catalog, entry: str, changes: dict[str, str], said: Provenance) -> Catalog:
    """The catalog after an edit."""
    authoring.edit(catalog, browse.named(catalog, entry), changes, said).write()
    return Catalog(catalog.layers)


def test_a_new_source_takes_over_nothing_of_the_old_one(catalog):
    first = Provenance("my-datasheet", "My data sheet", "page 3", "measured", "warm", "2026-01-31")
    catalog = edited(catalog, "accelerators/h100-sxm", {"power": "690 W/accelerator"}, first)
    power = catalog.entry("accelerators", "h100-sxm").facts["power"]
    assert (power.where, power.kind, power.as_of) == ("page 3", "measured", datetime.date(2026, 1, 31))
    second = Provenance("my-letter", "A letter")
    catalog = edited(catalog, "accelerators/h100-sxm", {"power": "680 W/accelerator"}, second)
    power = catalog.entry("accelerators", "h100-sxm").facts["power"]
    assert (power.value, power.source) == (680, "my-letter")
    assert (power.where, power.kind, power.as_of, power.note) == ("", "rated", None, "")


def test_a_copied_range_does_not_stand_against_a_new_figure(catalog):
    base = catalog.entry("systems", "dgx-h100")
    draft = authoring.new(catalog, "systems", "my-box", base, {"price": "500000 USD/system"}, MINE)
    draft.write()
    price = Catalog(catalog.layers).entry("systems", "my-box").facts["price"]
    assert (price.value, price.low, price.high, price.source) == (500_000, None, None, "my-datasheet")
    assert (price.where, price.as_of, price.note) == ("", None, "")


def test_comments_and_other_figures_survive(catalog, tmp_path):
    path = tmp_path / "accelerators" / "x100.toml"
    path.parent.mkdir()
    path.write_text('# mine\nname = "X100"\nsource = "definition"\npower = "900 W/accelerator"  # nameplate\n')
    edited(catalog, "accelerators/x100", {"memory_capacity": "96 GiB/accelerator"}, MINE)
    text = path.read_text()
    assert "# mine" in text and "# nameplate" in text and "96 GiB" in text


def test_a_file_changed_meanwhile_is_left_alone(catalog, tmp_path):
    entry = browse.named(catalog, "accelerators/h100-sxm")
    draft = authoring.edit(catalog, entry, {"power": "690 W/accelerator"}, MINE)
    path = tmp_path / "accelerators" / "h100-sxm.toml"
    path.parent.mkdir()
    path.write_text("# someone else was here\n")
    with pytest.raises(InputError, match="changed by someone else"):
        draft.write()
    assert path.read_text() == "# someone else was here\n"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"power": "700 GB"}, "power: '700 GB' has the wrong unit"),
        ({"pwr": "700 W/accelerator"}, "unknown field 'pwr'. Did you mean 'power'"),
        ({"available": "soon"}, "'soon' is not a date"),
    ],
)
def test_what_would_not_load_is_not_written(catalog, tmp_path, changes, said):
    with pytest.raises(InputError, match=said.split(".")[0]):
        authoring.edit(catalog, browse.named(catalog, "accelerators/h100-sxm"), changes, MINE)
    assert not (tmp_path / "accelerators").exists()


def test_people_s_names_of_fields_are_understood(catalog):
    wanted = [entry.key for entry in browse.matching(catalog, "accelerators", ["hbm_capacity >= 141 GB"])]
    assert wanted == [entry.key for entry in browse.matching(catalog, "accelerators", ["memory_capacity >= 141 GB"])]
    assert {"h200-sxm", "mi300x", "b200"} <= set(wanted) and "h100-sxm" not in wanted
    catalog = edited(catalog, "accelerators/h100-sxm", {"tdp": "690 W/accelerator"}, MINE)
    assert catalog.entry("accelerators", "h100-sxm").facts["power"].value == 690


def test_a_missing_date_meets_no_condition(catalog):
    for sign in ("<", ">", "="):
        entries = browse.matching(catalog, "accelerators", [f"available {sign} 2024-01-01"])
        assert all("available" in entry.text for entry in entries)


def test_new_edit_and_diff_from_the_command_line(tmp_path, run):
    where = ("--catalogs", str(tmp_path))
    new = ("catalog", "new", "accelerators", "x100", "--from", "h100-sxm", "power=900 W/accelerator", *where)
    run(*new, "--source", "x100-sheet", "--source-title", "X100 data sheet")
    change = ("peak_bf16=2 PFLOP/s/accelerator", "--source", "x100-sheet", "--dry-run", *where)
    assert '+value = "2 PFLOP/s/accelerator"' in run("catalog", "edit", "accelerators/x100", *change).out
    answer = run("catalog", "diff", "--json", *where).json
    (power,) = [row for row in answer["fields"] if row["field"] == "power"]
    assert power["entry"] == "accelerators/x100" and power["source"] == "x100-sheet"
    run("catalog", "check", *where)


def test_an_accelerator_nobody_shipped_is_planned_with(catalog, tmp_path):
    text = """name = "X100"
source = "planning-estimate"
power = "900 W/accelerator"
memory_capacity = "192 GiB/accelerator"
memory_bandwidth = "6 TB/s/accelerator"
peak_bf16 = "1500 TFLOP/s/accelerator"
scaleup_bandwidth = "600 GB/s/accelerator"
"""
    assert len(text.splitlines()) < 10
    (tmp_path / "accelerators").mkdir()
    (tmp_path / "accelerators" / "x100.toml").write_text(text)
    asked = (
        'workload = "training"\n[choose]\nsystem = "hgx-h100"\naccelerator = "x100"\nmodel = "llama-3.1-70b"\n'
        '[set]\naccelerators = "1024 accelerator"\ntraining_tokens = "1 Ttoken"\n'
    )
    mine = planning.plan(scenario_file.loads(asked), Catalog(catalog.layers), bands=False)
    theirs = planning.plan(scenario_file.loads(asked.replace('"x100"', '"h100-sxm"')), catalog, bands=False)
    assert mine.results["training_time"].value < theirs.results["training_time"].value
    assert mine.results["training_time"].kind == "estimate"
