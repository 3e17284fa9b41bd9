"""The tree of scopes: what a quantity is in each, and where it comes from."""

import numpy as np
import pytest

from planner.catalog.catalog import Catalog
from planner.model import wiring
from planner.model.scopes import COMBINED, COMPUTED, GIVEN, Figure, Scope, figure, place, scope_of, written
from planner.plan import planning
from planner.scenario import edits, resolve, scenario_file

POOLS = """
name = "two sites"
[set]
discount_rate = "7 %"
[[site]]
name = "us-texas"
[[site]]
name = "us-virginia"
[[pool]]
name = "training"
workload = "training"
[pool.choose]
system = "dgx-h100"
model = "llama-3.1-70b"
site = "us-texas"
[pool.set]
accelerators = "1024 accelerator"
[[pool]]
name = "serving"
workload = "inference"
[pool.choose]
system = "dgx-b200"
model = "llama-3.1-70b"
site = "us-virginia"
[pool.set]
accelerators = "256 accelerator"
utilization = "50 %"
[[pool]]
name = "second"
[pool.choose]
system = "dgx-h100"
site = "us-virginia"
[pool.set]
accelerators = "64 accelerator"
"""


@pytest.fixture(scope="module")
def planned():
    return planning.plan(scenario_file.loads(POOLS), Catalog(), bands=False)


def tree(**given):
    """The whole with a site of two pools, and one pool beside it."""
    site = Scope({"pue": 1.2}, parts={"a": Scope({"it_power": 2.0}), "b": Scope({"it_power": 3.0, "pue": 1.5})})
    return Scope({"utilization": 0.7, "pue": 1.1} | given, parts={"site": site, "c": Scope({"it_power": 4.0})})


# Borders


@pytest.mark.parametrize("text", ["racks", "serving/racks", "oregon/serving/racks"])
def test_a_figure_is_read_and_written_back(text):
    assert str(figure(text)) == text
    assert figure(text).name == "racks" and written(figure(text).place) == text.removesuffix("racks").rstrip("/")
    assert place(written(figure(text).place)) == figure(text).place


def test_a_scope_knows_its_place_what_it_is_part_of_and_what_it_holds():
    whole = tree()
    pool = whole.at(("site", "b"))
    assert (pool.name, pool.path, pool.place) == ("b", "site/b", ("site", "b"))
    assert pool.within is whole.parts["site"] and pool.whole is whole
    assert [scope.path for scope in whole.walk()] == ["", "site", "site/a", "site/b", "c"]
    assert [pool.path for pool in whole.pools] == ["site/a", "site/b", "c"]
    assert whole.parts["c"].pools == [whole.parts["c"]]
    with pytest.raises(KeyError):
        whole.at(("elsewhere",))


# Look-up


def test_the_nearest_scope_that_has_a_quantity_gives_it():
    whole = tree()
    a, b, c = whole.pools
    assert [pool["pue"] for pool in (a, b, c)] == [1.2, 1.5, 1.1]
    assert a.find("pue") == (1.2, whole.parts["site"], GIVEN)
    assert a["utilization"] == 0.7 and "it_power" not in whole and "racks" not in a
    assert whole.find("it_power") is None and whole.value(figure("site/a/it_power")) == 2.0
    assert whole.value(figure("site/a/pue")) is None and whole.value(figure("nowhere/pue")) is None
    with pytest.raises(KeyError):
        whole["it_power"]


def test_an_equation_takes_what_is_given_further_out_before_what_could_be_computed():
    whole = tree(it_power=9.0)
    assert whole.parts["c"].source("pue") == Figure((), "pue")
    assert whole.parts["c"].source("facility_power") == Figure(("c",), "facility_power")
    computed = wiring.evaluate([figure("c/facility_power")], whole)
    # The pool's own power before the whole's, the whole's overhead.
    assert computed.parts["c"]["facility_power"] == pytest.approx(4.0 * 1.1)
    assert computed.parts["c"].find("facility_power").how == COMPUTED


def test_what_is_combined_follows_the_rule_of_the_glossary():
    whole = tree(start_delay=0.0, ramp_time=0.0, analysis_period=np.inf)
    computed = wiring.evaluate(["it_power"], whole)
    value, scope, how = computed.find("it_power")
    assert (value, scope, how) == (9.0, computed, COMBINED)
    assert computed.value(figure("site/it_power")) == 5.0


def test_what_the_only_part_has_is_what_the_scope_has():
    whole = Scope({}, parts={"only": Scope({"it_power": 2.0, "pue": 1.5, "model_layers": 80.0})})
    computed = wiring.evaluate(["facility_power", "model_layers", "pue"], whole)
    assert computed["facility_power"] == 3.0 and computed["pue"] == 1.5 and computed["model_layers"] == 80.0
    assert computed.find("facility_power").how == COMBINED


def test_given_beats_combined_and_computed():
    computed = wiring.evaluate(["it_power", figure("site/a/it_power")], tree(it_power=9.0))
    assert computed.find("it_power") == (9.0, computed, GIVEN)
    assert computed.parts["site"].parts["a"].find("it_power").how == GIVEN


def test_a_pool_lacks_what_neither_it_nor_an_outer_scope_has():
    missing = wiring.route([figure("c/facility_power"), figure("nowhere/pue")], Scope({}, parts={"c": Scope()})).missing
    assert missing["nowhere/pue"] == ("nowhere/pue",)
    assert "c/facility_power" in missing and all(name.startswith("c/") for name in missing["c/facility_power"])


# Copies


def test_a_copy_leaves_the_tree_as_it_is():
    whole = wiring.evaluate([figure("c/facility_power")], tree())
    pool = whole.parts["c"].giving({"pue": 2.0})
    assert pool["pue"] == 2.0 and whole.parts["c"]["pue"] == 1.1
    assert pool.place == ("c",) and pool.whole is not whole
    # Nothing of the copy is computed yet.
    assert "facility_power" in whole.parts["c"].known and "facility_power" not in pool.known
    chosen = pool.choosing({"residual_method": "exponential"})
    assert chosen.options["residual_method"] == "exponential" and "residual_method" not in pool.options


def test_a_scope_alone_has_what_is_given_further_out():
    b = tree().at(("site", "b")).alone()
    assert (b.place, b.parts) == ((), {})
    assert b.given == {"utilization": 0.7, "pue": 1.5, "it_power": 3.0}


def test_values_with_their_options_are_a_scope_by_themselves():
    scope = tree()
    assert scope_of(scope) is scope
    assert scope_of({"pue": 1.1}, {"workload": "training"}).options == {"workload": "training"}
    assert scope_of(["pue"]).given == {"pue": None}


# Scenarios


def test_a_scenario_is_a_tree_of_sites_and_pools(planned):
    whole = planned.whole
    assert [scope.path for scope in whole.walk()] == [
        "", "us-texas", "us-texas/training", "us-virginia", "us-virginia/serving", "us-virginia/second",
    ]  # fmt: skip
    serving = whole.at(("us-virginia", "serving"))
    assert serving.options["workload"] == "inference" and whole.at(("us-texas",)).pools[0].entries["system"].key
    # What all are given stands once, a part of a sum with each.
    assert "discount_rate" in whole.given and "discount_rate" not in serving.given
    assert "accelerators" in serving.given and "accelerators" not in whole.given


def test_what_a_quantity_is_here_and_where_it_comes_from(planned):
    whole = planned.whole
    serving = whole.at(("us-virginia", "serving"))
    assert serving.find("utilization") == (0.5, serving, GIVEN)
    assert serving.find("discount_rate") == (whole.given["discount_rate"], whole, GIVEN)
    assert serving.find("racks").how == COMPUTED and whole.find("racks").how == COMBINED
    assert whole["racks"] == sum(pool["racks"] for pool in whole.pools)
    assert planned.value("us-virginia/serving/racks") == serving["racks"] == serving.known["racks"]
    assert planned.value("us-virginia/serving/discount_rate") is None and planned.value("no/such/pool") is None


def test_the_fact_behind_a_given_figure_is_known_where_it_is_given(planned):
    whole = planned.whole
    assert whole.fact(figure("discount_rate")).origin == "scenario"
    assert whole.fact(figure("us-virginia/serving/utilization")).value == 0.5
    # The planner itself found the layout.
    assert whole.fact(figure("us-virginia/serving/tensor_parallel")) is None
    assert figure("us-virginia/serving/tensor_parallel") in whole.figures()
    assert set(whole.all_facts()) < set(whole.all_given()) == set(whole.figures())
    assert {each.name for each in whole.all_facts()} >= {"discount_rate", "accelerators", "utilization"}


def test_what_holds_for_every_pool_is_listed_once(planned):
    entries = planned.whole.all_entries()
    assert sorted(str(role) for role in entries if role.name == "system") == [
        "us-texas/system", "us-virginia/second/system", "us-virginia/serving/system",
    ]  # fmt: skip
    assert [str(role) for role in entries if role.name == "fabric"] == ["fabric"]


def test_one_pool_is_the_whole_bit_for_bit():
    plain = scenario_file.load("own-8000-h100")
    whole = edits.with_pool(plain, "only")
    none = planning.plan(plain, Catalog(), bands=False)
    one = planning.plan(whole, Catalog(), bands=False)
    assert len(none.results) > 350
    for name, result in none.results.items():
        assert one.value(name) == result.value, name
        assert name in one.whole.given or one.value(f"only/{name}") == result.value, name


def test_the_same_scenario_resolved_twice_takes_the_same_route():
    one, two = (resolve.resolve(scenario_file.loads(POOLS), Catalog()) for _ in range(2))
    assert one.shape() == two.shape() and one != two
