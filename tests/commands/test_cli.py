"""The command line as a person uses it: data on stdout, problems on stderr, exit statuses, no traceback."""

import pytest


def test_plan_json_has_the_stable_shape(run):
    answer = run("plan", "facility-30mw", "--json").json
    assert {"scenario", "results", "checks", "defaults"} <= set(answer)
    assert set(answer["results"]["facility_power"]) >= {"value", "unit", "low", "high", "kind"}
    assert answer["results"]["racks"]["value"] == 189
    assert answer["results"]["facility_power"]["unit"] == "MW"
    assert all({"name", "ok", "message"} <= set(check) for check in answer["checks"])


def test_plan_prints_headline_checks_and_what_binds(run):
    printed = run("plan", "facility-30mw")
    assert printed.err == ""
    for said in ("13,608", "Checks", "Binds first: site power", "Defaults that mattered"):
        assert said in printed.out


def test_a_scenario_needs_no_file(run):
    printed = run("plan", "--choose", "system=dgx-h100", "--set", "accelerators=64 accelerator", "--json")
    assert printed.json["results"]["systems"]["value"] == 8


def test_set_beats_computed_and_explain_says_so(run):
    printed = run("explain", "facility_power", "facility-30mw", "--set", "pue=1.3")
    assert "pue = 1.3   set by the scenario" in printed.out


def test_explain_reaches_sourced_facts(run):
    out = run("explain", "cost_per_useful_accelerator_hour", "own-8000-h100").out
    assert "c_useful = c / u_useful" in out
    assert "system_price = " in out and "from systems/dgx-h100" in out


def test_explain_json_nests_down_to_sources(run):
    tree = run("explain", "compute_power", "facility-30mw", "--json").json
    assert tree["name"] == "compute_power" and tree["formula"]
    assert any(node.get("fact") for node in tree["inputs"])


def test_strict_fails_where_a_check_fails(run):
    given = ("plan", "facility-30mw", "--set", "site_rack_limit=120 kW/rack")
    run(*given)
    run(*given, "--strict", status=1)


def test_compare_names_the_cause(run, tmp_path):
    text = run("scenario", "show", "facility-30mw").out
    other = tmp_path / "other.toml"
    other.write_text(text.replace('pue = "1.2"', 'pue = "1.1"').replace("30 MW facility", "Cooler facility"))
    out = run("compare", "facility-30mw", other).out
    assert "What makes Cooler facility" in out and "pue" in out


def test_all_problems_at_once_with_the_nearest_names(run, tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(
        'name = "bad"\nworkload = "training"\n[choose]\nsystm = "dgx-h100"\ncooling = "airr"\n[set]\n'
        'accelerators = "8 GB"\nfacility_powr = "3 MW"\npue = "0.5"\nfacility_mode = "buil"\n'
        '[range]\nelectricity_price = ["90 USD/MWh", "70 USD/MWh", "50 USD/MWh"]\n'
    )
    printed = run("plan", path, status=2)
    assert printed.out == ""
    for said in (
        "bad.toml: choose.systm: unknown role 'systm'. Did you mean 'system'?",
        "choose.cooling: unknown entry of cooling 'airr'. Did you mean 'air'?",
        "set.accelerators: '8 GB' has the wrong unit: it takes a unit like 'accelerator'",
        "set.facility_powr: unknown quantity 'facility_powr'. Did you mean 'facility_power'?",
        "set.pue: '0.5' is out of range: pue is 1 to 3",
        "set.facility_mode: 'buil' is not one of build, colocation, retrofit. Did you mean 'build'?",
        "range.electricity_price: its values are not in order",
    ):
        assert said in printed.err, said
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"name = ", "broken TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b'name = "x"\n[choose]\nsystem = "dgx-h100"\n', "has no size: set accelerators, or one of"),
        (b"[set]\naccelerators = '0 accelerator'\n", "out of range"),
        (b"[set]\naccelerators = 'nan accelerator'\n", "not a number"),
        (b"[set]\naccelerators = true\n", "is not a number"),
        (b"[set]\nsite_power_limit = '1 kW'\n[choose]\nsystem = 'dgx-h100'\n", "no whole system meets"),
        (b"sett = 1\n", "Did you mean 'set'?"),
        (b"set = 1\n", "takes a table"),
        (b"workload = 'trainig'\n", "is not one of training"),
        (b"[range]\npue = ['1.1']\n", "takes three values"),
    ],
)
def test_bad_files_are_refused(run, tmp_path, content, says):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    err = run("plan", path, status=2).err
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("plan", "no-such-file.toml"), "no such file"),
        (("plan", "facility-30m"), "Did you mean 'facility-30mw'?"),
        (("plan",), "name a scenario file"),
        (("plan", "facility-30mw", "--set", "pue"), "is not NAME=VALUE"),
        (("explain", "facility_powr", "facility-30mw"), "Did you mean 'facility_power'?"),
        (("explain", "training_time", "facility-30mw"), "cannot be computed: missing"),
        (("compare", "facility-30mw"), "two scenarios or more"),
        (("catalog", "list", "acelerators"), "Did you mean 'accelerators'?"),
        (("catalog", "list", "accelerators", "--where", "memry > 3"), "unknown field 'memry'"),
        (("catalog", "show", "h100-sxn"), "Did you mean"),
        (("plann", "x"), "unknown command 'plann'. Did you mean 'plan'?"),
        (("catalog", "lisst"), "unknown action 'lisst'. Did you mean 'list'? (takes list, show, "),
        (("rank", "--by", "wat"), "unknown value of --by 'wat'. Did you mean 'watt'? (takes rate, watt, "),
        (("plan", "facility-30mw", "--catalogs", "nowhere"), "no such directory"),
    ],
)
def test_bad_arguments_are_refused(run, arguments, says):
    assert says in run(*arguments, status=2).err


def test_catalog_lists_shows_and_searches(run):
    assert run("catalog", "list", "--json").json[0]["kind"] == "accelerators"
    rows = run("catalog", "list", "accelerators", "--where", "memory_capacity >= 141 GB", "--json").json
    entries = [row["entry"] for row in rows]
    assert "h200-sxm" in entries and "h100-sxm" not in entries
    out = run("catalog", "show", "H100 SXM").out
    assert "power" in out and "700 W/accelerator" in out
    assert set(run("catalog", "search", "mi300x", "--json").json[0]) == {"kind", "entry", "name", "matched"}


def test_scenarios_are_listed_shown_and_started(run, tmp_path):
    assert {"name", "title", "workload"} == set(run("scenario", "list", "--json").json[0])
    for workload in ("training", "inference", "capacity"):
        path = tmp_path / f"my-{workload}.toml"
        run("scenario", "new", path, "--workload", workload)
        run("plan", path)
        run("scenario", "new", path, status=2)


def test_check_finds_nothing_wrong(run):
    assert "0 problems" in run("check").out
