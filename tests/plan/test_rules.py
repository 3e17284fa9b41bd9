"""Export control, residency and rules of the grid: what is allowed, and the reason why the rest is not."""

from planner.plan import rules
from planner.scenario import resolve, scenario_file
from tests.conftest import CATALOG, asked, planned


def verdicts(name="own-8000-h100", choose=None, **changes):
    """Every option with its verdict for a shipped scenario."""
    changed = asked(name, choose, **changes)
    verdict_of = rules.options(resolve.resolve(changed, CATALOG), CATALOG)
    return {finding.option: finding for finding in verdict_of}


def test_sb6_applies_in_texas_from_75_mw():
    small = planned("facility-30mw").rules.findings(planned("facility-30mw").whole)
    assert [f.verdict for f in small if f.rule == "large-load rule"] == ["allowed"]
    the_plan = planned("facility-30mw", site_power_limit="80 MW")
    check = {c.name: c for c in the_plan.checks}["large_load_rule"]
    assert check.ok and "Senate Bill 6" in check.message and "75 MW" in check.message


def test_advanced_accelerators_are_excluded_from_china_with_the_reason():
    verdict_of = verdicts(choose={"system": "dgx-b200"})
    assert verdict_of["site china"].verdict == rules.EXCLUDED
    assert "D:5" in verdict_of["site china"].reason
    assert verdict_of["site saudi-arabia"].verdict == rules.LICENCE
    assert verdict_of["site germany"].verdict == rules.ALLOWED
    plan = planned("own-8000-h100", choose={"site": "china", "system": "dgx-b200"})
    check = {c.name: c for c in plan.checks}["export_control"]
    assert not check.ok and "presumed denied" in check.message


def test_what_is_reviewed_case_by_case_needs_a_licence_in_china_and_stays_excluded_for_its_owners_abroad():
    verdict_of = verdicts(choose={"system": "dgx-h100"}, owner_country="China")
    assert verdict_of["site china"].verdict == rules.LICENCE
    assert verdict_of["site germany"].verdict == rules.EXCLUDED


def test_an_owner_from_china_is_excluded_everywhere():
    verdict_of = verdicts(choose={"system": "dgx-b200"}, owner_country="China")
    assert all(f.verdict == rules.EXCLUDED for name, f in verdict_of.items() if name.startswith("site "))
    assert "head office in China" in verdict_of["site germany"].reason


def test_chips_made_in_china_go_the_other_way():
    verdict_of = verdicts("ascend-14000")
    assert verdict_of["site china"].verdict == rules.ALLOWED
    assert verdict_of["site germany"].verdict == rules.EXCLUDED and "Entity List" in verdict_of["site germany"].reason


def test_data_that_must_stay_in_the_union():
    verdict_of = verdicts(data_residency="european-union")
    assert verdict_of["site ireland"].verdict == rules.ALLOWED
    assert verdict_of["site norway"].verdict == rules.EXCLUDED
    assert verdict_of["site us-virginia"].reason == "data must stay in the European Union; United States is outside"
    assert verdict_of["cloud aws-p5"].verdict == rules.EXCLUDED
    assert verdict_of["cloud ovhcloud-h100"].verdict == rules.ALLOWED
    wider = verdicts(data_residency="european-economic-area")
    assert wider["site norway"].verdict == rules.ALLOWED


def test_data_that_must_stay_with_the_owner():
    verdict_of = verdicts(data_residency="owner-country", owner_country="France")
    allowed = [n for n, f in verdict_of.items() if f.verdict == rules.ALLOWED and n.startswith("site ")]
    assert allowed == ["site france"]
    unsaid = verdicts(data_residency="owner-country")
    assert "set owner_country" in unsaid["site france"].reason


def test_every_excluded_option_gives_its_reason():
    for changes in ({}, {"owner_country": "China"}, {"data_residency": "european-union"}):
        for finding in verdicts(**changes).values():
            assert finding.reason and finding.verdict in rules.VERDICTS


def test_every_site_and_provider_is_known_to_the_rules():
    known = rules.Rules(CATALOG.rules)
    countries = {site.text["country"] for site in CATALOG.entries("sites")}
    from planner import glossary

    assert countries <= set(glossary.options()["owner_country"].choices)
    for name in ("european-union", "european-economic-area"):
        assert set(known.bloc(name)) <= countries
    in_union = {site.text["country"] for site in CATALOG.entries("sites") if "eu" in site.text.get("tags", ())}
    assert in_union == set(known.bloc("european-union"))
    sources = {rule["source"] for table in CATALOG.rules for rule in table["export"]}
    assert sources <= set(CATALOG.sources)


def test_the_users_own_rules_come_first(tmp_path):
    from planner.catalog.catalog import Catalog

    (tmp_path / "rules.toml").write_text('[[export]]\nsites = ["Germany"]\nverdict = "excluded"\nreason = "ours"\n')
    own = Catalog([*CATALOG.layers, tmp_path])
    verdict_of = {
        f.option: f for f in rules.options(resolve.resolve(scenario_file.load("own-8000-h100", own), own), own)
    }
    assert verdict_of["site germany"].reason == "ours"
    assert verdict_of["site france"].verdict == rules.ALLOWED


def test_bad_rules_are_refused_with_all_their_problems(tmp_path, run):
    (tmp_path / "rules.toml").write_text(
        '[[exports]]\nverdict = "no"\n[[export]]\nverdict = "exclude"\nsite = ["Germany"]\n'
        '[[limit]]\nsites = ["Chile"]\nquantity = "pu"\nmost = "1.2"\nverdict = "excluded"\nreason = "x"\n'
    )
    said = run("rules", "own-8000-h100", "--catalogs", str(tmp_path), status=2).err
    for text in (
        "'exports'. Did you mean 'export'",
        "export 1.reason: is missing",
        "'exclude' is not one of allowed, condition, licence, excluded. Did you mean 'excluded'?",
        "'pu'",
    ):
        assert text in said
    assert "Did you mean 'sites'" in said


def test_the_command_lists_options_and_reasons(run):
    data = run("rules", "own-8000-h100", "--set", "data_residency=european-union", "--json").json
    assert {"rule", "option", "verdict", "reason", "source"} == set(data["options"][0])
    out = run("rules", "own-8000-h100", "--set", "data_residency=european-union").out
    assert "site us-virginia" in out and "site germany" not in out
