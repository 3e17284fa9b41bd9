"""The derived figures of the ledger's arithmetic, each by a command of the planner as a person would type it."""

import pytest

# Explaining a quantity that stands apart from any cluster still takes a scenario.
ANY = ("--choose", "system=dgx-h100", "--set", "accelerators=8 accelerator")


def results(run, scenario: str, **settings: str) -> dict[str, float]:
    """`planner plan SCENARIO --set ... --json`: every quantity in its display unit."""
    flags = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    answer = run("plan", *scenario.split(), *flags, "--json").json["results"]
    return {name: row["value"] for name, row in answer.items()}


def explained(run, quantity: str, *scenario: str, **settings: str) -> float:
    """`planner explain QUANTITY --set ... --json`: its value in its display unit."""
    flags = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    printed = run("explain", quantity, *(scenario or ANY), *flags, "--json")
    return printed.json["value"]


def solved(run, scenario: str, find: str, so_that: str, **settings: str) -> float:
    """`planner solve SCENARIO --find NAME --so-that CONDITION --json`: the value in its display unit."""
    flags = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    printed = run("solve", scenario, "--find", find, "--so-that", so_that, *flags, "--json")
    return printed.json["value"]


def test_one_rack_of_72_at_132_kw(run):
    """1.833 kW for each accelerator; 1,156 MWh in a year at full load."""
    full = {"site_power_limit": "132 kW", "pue": "1", "mean_load": "1"}
    values = results(run, "facility-30mw", **full)
    assert values["accelerators"] == 72 and values["racks"] == 1
    assert 1000 * values["it_power"] / values["accelerators"] == pytest.approx(1.833, abs=5e-4)
    assert values["energy_per_year"] == pytest.approx(1156, abs=0.5)


@pytest.mark.parametrize(
    ("pue", "racks", "accelerators"), [(1.1, 206, 14832), (1.2, 189, 13608), (1.3, 174, 12528), (1, 227, 16344)]
)
def test_30_mw_at_132_kw(run, pue, racks, accelerators):
    values = results(run, "facility-30mw", pue=str(pue))
    assert (values["racks"], values["accelerators"]) == (racks, accelerators)


@pytest.mark.parametrize(("power", "racks"), [("100 kW/system", 300), ("30 kW/system", 1000)])
def test_30_mw_of_it_power_at_other_densities(run, power, racks):
    assert results(run, "facility-30mw", pue="1", system_power=power)["racks"] == racks


@pytest.mark.parametrize(("pue", "racks", "million"), [("1", 45454, 3.27), ("1.2", 37878, 2.73)])
def test_6_gw_at_132_kw(run, pue, racks, million):
    values = results(run, "amd-6gw", pue=pue)
    assert values["systems"] == racks
    assert values["accelerators"] / 1e6 == pytest.approx(million, abs=0.005)


@pytest.mark.parametrize(
    ("accelerators", "megawatts", "racks"), [(256, 0.47, 3.6), (2048, 3.75, 28.4), (16384, 30.04, 227.6)]
)
def test_edges_of_the_size_classes(run, accelerators, megawatts, racks):
    """Counted one by one at the power of a 72nd of a rack; positions are whole ones."""
    values = results(
        run,
        "facility-30mw",
        accelerators=f"{accelerators} accelerator",
        system_accelerators="1 accelerator/system",
        system_power=f"{132 / 72} kW/system",
        systems_per_rack="72 system/rack",
    )
    assert values["it_power"] == pytest.approx(megawatts, abs=0.005)
    assert values["racks"] - 1 < racks <= values["racks"]


@pytest.mark.parametrize(
    ("price", "cloud", "owned", "each", "hour"), [(2, 420, 294, 36.8, 1.40), (5, 1051, 736, 92.0, 3.50)]
)
def test_8000_h100_over_three_years(run, price, cloud, owned, each, hour):
    rate = f"{price} USD/accelerator/h"
    values = results(run, "own-8000-h100", cloud_price=rate)
    assert values["accelerator_hours"] == pytest.approx(210.2, abs=0.05)
    assert values["cloud_cost"] == pytest.approx(cloud, abs=0.6)
    saving = solved(run, "own-8000-h100", "tco", "tco <= 0.7 * cloud_cost", cloud_price=rate)
    assert saving == pytest.approx(owned, abs=0.6)
    assert 1000 * saving / 8000 == pytest.approx(each, abs=0.05)
    assert saving / values["accelerator_hours"] == pytest.approx(hour, abs=0.005)


def test_30_percent_cheaper_breaks_even_at_70_percent_of_the_hours(run):
    owned = {"cloud_price": "2 USD/accelerator/h", "tco": "294.336 MUSD"}
    assert solved(run, "own-8000-h100", "cloud_billed_share", "cloud_cost >= tco", **owned) == pytest.approx(
        70, abs=0.01
    )


@pytest.mark.parametrize(("margin", "markup", "cost"), [("28 %", 1.389, 2.016), ("46 %", 1.852, 1.512)])
def test_gross_margin(run, margin, markup, cost):
    assert explained(run, "market_markup", market_margin=margin) == pytest.approx(markup, abs=5e-4)
    price = {"market_margin": margin, "market_cluster_price": "2.8 MUSD/cluster"}
    assert explained(run, "market_cluster_cost", **price) == pytest.approx(cost, abs=5e-4)


@pytest.mark.parametrize(("rate", "lines", "days", "revenue"), [(180, 37.5, 2.03, 504), (520, 13.0, 0.70, 1456)])
def test_integration_lines(run, rate, lines, days, revenue):
    line = {"market_line_rate": f"{rate} cluster/year/production_line"}
    year = {"market_clusters": "6750 cluster/year"}
    price = {"market_cluster_price": "2.8 MUSD/cluster"}
    assert explained(run, "market_lines", **line, **year) == pytest.approx(lines, abs=0.05)
    assert explained(run, "market_line_time", **line) == pytest.approx(days, abs=0.005)
    assert explained(run, "market_line_revenue", **line, **price) == pytest.approx(revenue, abs=0.5)


@pytest.mark.parametrize(("months", "cost"), [(12, 1.142), (24, 0.571), (60, 0.228)])
def test_life_of_an_accelerator_of_10_000_usd(run, months, cost):
    life = {"market_accelerator_price": "10000 USD/accelerator", "market_life": f"{months} month"}
    assert explained(run, "market_write_off", **life) == pytest.approx(cost, abs=5e-4)


@pytest.mark.parametrize(("price", "million"), [(2, 238), (5, 596)])
def test_30_mw_one_year_late(run, price, million):
    late = {"cloud_price": f"{price} USD/accelerator/h", "analysis_period": "1 year"}
    assert results(run, "facility-30mw", **late)["cloud_cost"] == pytest.approx(million, abs=0.5)


@pytest.mark.parametrize(
    ("accelerators", "hours"), [(8000, 6.33), (14000, 3.62), (16384, 3.09), (50000, 1.01), (100000, 0.51)]
)
def test_time_between_failures(run, accelerators, hours):
    figure = explained(run, "job_mtbf", "own-8000-h100", accelerators=f"{accelerators} accelerator")
    assert figure == pytest.approx(hours, abs=0.006)


def test_bandwidth_for_the_checkpoint_of_a_trillion_parameters(run):
    """16 bytes each: 16 TB; 2.2 GB/s save them in two hours, 267 GB/s in a minute."""
    trillion = {"model_parameters": "1e12 parameter", "checkpoint_bytes_per_parameter": "16 B"}
    assert explained(run, "checkpoint_size", "llama-3.1-405b", **trillion) == pytest.approx(16)
    two_hours = solved(run, "llama-3.1-405b", "storage_write_rate", "checkpoint_time <= 2 h", **trillion)
    minute = solved(run, "llama-3.1-405b", "storage_write_rate", "checkpoint_time <= 60 s", **trillion)
    assert (two_hours, minute) == (pytest.approx(2.2, abs=0.05), pytest.approx(267, abs=0.5))


@pytest.mark.parametrize(
    ("accelerators", "share"), [(8000, 0.93), (14000, 0.90), (16384, 0.90), (50000, 0.82), (100000, 0.74)]
)
def test_progress_kept_with_saves_of_a_minute(run, accelerators, share):
    """Young's first-order formula, without restart time."""
    figure = explained(
        run,
        "effective_time_share",
        "llama-3.1-405b",
        accelerators=f"{accelerators} accelerator",
        checkpoint_time="1 min",
        restart_time="0 s",
        checkpoint_rule="young",
        effective_time_model="first-order",
    )
    assert figure / 100 == pytest.approx(share, abs=0.006)


@pytest.mark.parametrize(
    ("accelerators", "weeks", "price", "million"), [(10000, 13, 3, 65.5), (25000, 13, 3, 163.8), (2000, 4, 2, 2.7)]
)
def test_rent_of_a_training_run(run, accelerators, weeks, price, million):
    rented = {
        "market_accelerators": f"{accelerators} accelerator",
        "market_run_time": f"{weeks} week",
        "market_rental_price": f"{price} USD/accelerator/h",
    }
    assert explained(run, "market_run_cost", **rented) == pytest.approx(million, abs=0.05)


@pytest.mark.parametrize(("accelerators", "users"), [(20000, 5000), (90000, 1111)])
def test_users_for_each_accelerator(run, accelerators, users):
    served = {"market_users": "100 Muser", "market_accelerators": f"{accelerators} accelerator"}
    assert explained(run, "market_users_per_accelerator", **served) == pytest.approx(users, abs=0.5)
