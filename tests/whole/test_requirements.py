"""What the source documents ask a planner to do, R01 to R33: the check of each, through the planner's commands."""

import csv
import io
import itertools

import pytest

# A command that explains a quantity apart from any cluster still takes a scenario.
ANY = ("--choose", "system=dgx-h100", "--set", "accelerators=8 accelerator")


def flags(settings: dict[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]


def planned(run, scenario: str, choose: str = "", **settings: str) -> dict:
    chosen = [word for pair in choose.split() for word in ("--choose", pair)]
    answer = run("plan", *([scenario] if scenario else []), *chosen, *flags(settings), "--json").json
    answer["value"] = {name: row["value"] for name, row in answer["results"].items()}
    answer["check"] = {check["name"]: check for check in answer["checks"]}
    return answer


def explained(run, quantity: str, *scenario: str, **settings: str) -> float:
    return run("explain", quantity, *(scenario or ANY), *flags(settings), "--json").json["value"]


def swept(run, scenario: str, *vary: str, watch: str) -> list[dict[str, float]]:
    """The rows of `planner sweep` with the names of its headings, units left out."""
    ranges = [word for text in vary for word in ("--vary", text)]
    rows = csv.reader(io.StringIO(run("sweep", scenario, *ranges, "--watch", watch, "--csv").out))
    names = [heading.split(" [")[0] for heading in next(rows)]
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_r01_size_classes(run):
    edges = {256: 1, 257: 2, 2048: 2, 2049: 3, 16384: 3, 16385: 4}
    for accelerators, tier in edges.items():
        the_plan = planned(run, "", "system=dgx-h100", accelerators=f"{accelerators} accelerator")
        assert the_plan["value"]["cluster_tier"] == tier
        assert str(tier) in the_plan["results"]["cluster_tier"]["label"]


def test_r02_megawatts_to_accelerators_and_back(run):
    the_plan = planned(run, "facility-30mw")["value"]
    assert (the_plan["racks"], the_plan["accelerators"]) == (189, 13608)
    assert planned(run, "amd-6gw")["value"]["systems"] == 45454
    back = planned(run, "facility-30mw", accelerators="13608 accelerator")["value"]
    assert back["facility_power"] == pytest.approx(the_plan["facility_power"])
    assert the_plan["stranded_rack_power"] > 0


def test_r03_rack_density_and_cooling(run):
    rejected = planned(run, "facility-30mw", site_rack_limit="120 kW/rack")
    assert rejected["value"]["rack_power_margin"] == pytest.approx(-12)
    assert not rejected["check"]["rack_power"]["ok"]
    assert not planned(run, "facility-30mw", "cooling=air")["check"]["rack_power"]["ok"]
    legacy = planned(run, "", "system=dgx-h100 cooling=air", accelerators="64 accelerator", hall="legacy")["value"]
    assert legacy["rack_power_limit"] < 30


def test_r04_retrofit_is_never_cheaper_than_a_hall_that_needs_none(run):
    """The same megawatts in rented space made for accelerators, in an older hall refitted, and in a new one."""
    by_name = {
        mode: planned(run, "facility-30mw", site_power_limit="5 MW", facility_mode=mode)["value"]
        for mode in ("colocation", "retrofit", "build")
    }
    price = {mode: values["capex_facility"] for mode, values in by_name.items()}
    assert price["colocation"] <= price["retrofit"] <= price["build"]
    assert by_name["retrofit"]["time_to_service"] > by_name["colocation"]["time_to_service"]
    assert by_name["build"]["time_to_service"] > by_name["retrofit"]["time_to_service"]


def test_r05_binding_constraint(run):
    the_plan = planned(run, "facility-30mw")
    assert the_plan["results"]["binding_constraint"]["value"] == "site power"
    assert len(the_plan["results"]["binding_constraint"]["shares"]) > 1
    more = planned(run, "facility-30mw", site_power_limit="31 MW")["value"]["accelerators"]
    other = planned(run, "facility-30mw", site_rack_limit="151 kW/rack")["value"]["accelerators"]
    assert more > the_plan["value"]["accelerators"] == other


def test_r06_400g_against_800g(run):
    rates = {rate: {"system_scaleout_bandwidth": f"{rate} Gb/s/accelerator"} for rate in (400, 800)}
    slow, fast = (planned(run, "llama-3.1-405b", f"fabric=roce-{r}g", **s)["value"] for r, s in rates.items())
    assert 0.5 <= fast["data_time"] / slow["data_time"] < 1
    exposed = slow["communication_share"] / 100
    assert 1 - exposed / 2 <= fast["step_time"] / slow["step_time"] < 1
    assert explained(run, "market_exposed_share", market_speed_gain="25 %") == pytest.approx(40)


def test_r07_plausible_mfu(run):
    for claimed in ("85 %", "90 %"):
        check = planned(run, "llama-3.1-405b", mfu=claimed)["check"]["mfu"]
        assert not check["ok"] and "highest published" in check["message"]
    for measured in ("38 %", "43 %"):
        assert planned(run, "llama-3.1-405b", mfu=measured)["check"]["mfu"]["ok"]
    assert explained(run, "market_full_speed_mfu", market_mfu="72.5 %", market_exposed_share="34.3 %") > 100


def test_r08_more_accelerators_on_a_thin_fabric_gain_little(run):
    vary = "accelerators=8192 accelerator,16384 accelerator,32768 accelerator,65536 accelerator"
    thin = swept(run, "llama-3.1-405b", vary, "oversubscription=32", watch="tokens_per_second")
    rates = [float(row["tokens_per_second"]) for row in thin]
    gains = [later / earlier - 1 for earlier, later in itertools.pairwise(rates)]
    assert gains == sorted(gains, reverse=True) and gains[-1] < 0.6


def test_r09_fabric_and_its_share_of_the_price(run):
    the_plan = planned(run, "own-8000-h100", accelerators="2056 accelerator")["value"]
    assert min(the_plan[name] for name in ("switches", "cables", "transceivers", "network_power")) > 0
    layers = {name: the_plan[f"capex_{name}"] for name in ("compute", "network", "storage", "software", "services")}
    assert sorted(layers, key=lambda name: -layers[name])[:2] == ["compute", "network"]


def test_r10_training_run(run):
    the_plan = planned(run, "frontier-50000")
    split = [the_plan["value"][f"{name}_parallel"] for name in ("tensor", "pipeline", "data", "context")]
    product = 1
    for degree in split:
        product *= degree
    assert 0.98 < product / the_plan["value"]["accelerators"] <= 1
    assert the_plan["check"]["memory"]["ok"] and the_plan["value"]["time_to_train"] > the_plan["value"]["training_time"]
    rented = {"market_accelerators": "10000 accelerator", "market_run_time": "13 week"}
    price = explained(run, "market_run_cost", **rented, market_rental_price="3 USD/accelerator/h")
    assert price == pytest.approx(65.5, abs=0.05)


def test_r11_failures_and_goodput(run):
    assert explained(run, "job_mtbf", "llama-3.1-405b") == pytest.approx(3.09, abs=0.005)
    young = {"restart_time": "0 s", "checkpoint_rule": "young", "effective_time_model": "first-order"}
    share = {
        save: explained(run, "effective_time_share", "llama-3.1-405b", checkpoint_time=save, **young)
        for save in ("2 h", "1 min")
    }
    assert share["2 h"] == 0 and share["1 min"] == pytest.approx(90, abs=0.6)
    the_plan = planned(run, "llama-3.1-405b")["value"]
    assert the_plan["lost_accelerator_hours"] > 0 and the_plan["failure_cost_per_run"] > 0


def test_r12_ingest_follows_from_bandwidth_alone(run):
    video = {"bytes_per_token": "200 kB/token"}
    slow, fast = (
        planned(run, "llama-3.1-405b", **video, storage_read_rate=rate)["value"]["ingest_stall_share"]
        for rate in ("100 GB/s", "250 GB/s")
    )
    assert (1 - fast / 100) / (1 - slow / 100) == pytest.approx(2.5)


def test_r13_serving_capacity_and_unit_cost(run):
    the_plan = planned(run, "chat-100m-users")["value"]
    assert (
        the_plan["users_served"] >= 100 and the_plan["cost_per_million_tokens"] > 0 and the_plan["tokens_per_joule"] > 0
    )
    for accelerators, users in ((20000, 5000), (90000, 1111)):
        served = {"market_users": "100 Muser", "market_accelerators": f"{accelerators} accelerator"}
        assert explained(run, "market_users_per_accelerator", **served) == pytest.approx(users, abs=0.5)


def test_r14_orders_by_peak_by_watt_and_by_dollar_differ(run):
    rows = swept(
        run,
        "enterprise-8-gpu",
        "system=dgx-h100,dgx-h200,dgx-b200,mi300x-platform,gaudi-3-server",
        watch="accelerator_peak_bf16,tokens_per_joule,output_tokens_per_dollar",
    )
    names = ("accelerator_peak_bf16", "tokens_per_joule", "output_tokens_per_dollar")
    orders = [tuple(sorted(range(len(rows)), key=lambda i, n=name: -float(rows[i][n]))) for name in names]
    assert len(set(orders)) > 1
    asic = {"asic_cost_factor": "0.5", "asic_development_cost": "100 MUSD"}
    assert explained(run, "asic_break_even_tokens", "enterprise-8-gpu", **asic) > 0


def test_r15_reasoning_takes_so_many_times_the_accelerators(run):
    sizes = [planned(run, "chat-100m-users", reasoning_factor=n)["value"]["accelerators"] for n in ("1", "100")]
    assert 50 < sizes[1] / sizes[0] < 150


def test_r16_a_millisecond_reaches_100_km(run):
    near = {"latency_budget": "1 ms", "compute_latency": "0 s", "route_factor": "1"}
    assert explained(run, "allowed_distance", "edge-retail", **near) == pytest.approx(100)
    assert explained(run, "allowed_distance", "edge-retail", **near | {"compute_latency": "1 ms"}) == 0


def test_r17_cost_by_layer(run):
    the_plan = planned(run, "own-8000-h100")["value"]
    parts = ("capex_it", "capex_software", "capex_services", "capex_installation", "capex_facility")
    more = ("capex_grid_connection", "capex_land")
    assert sum(the_plan[name] for name in (*parts, *more)) == pytest.approx(the_plan["capex"])
    assert the_plan["compute_spend_share"] - the_plan["compute_spend_share_gap"] == pytest.approx(70.46)
    assert the_plan["cost_per_compute"] > 0


def test_r18_own_or_rent(run):
    cheap, dear = (
        planned(run, "own-8000-h100", cloud_price=f"{rate} USD/accelerator/h")["value"]["cloud_cost"] for rate in (2, 5)
    )
    assert (cheap, dear) == (pytest.approx(420.48), pytest.approx(1051.2))
    condition = ("--find", "cloud_price", "--so-that", "tco <= 0.7 * cloud_cost", "--json")
    rate = run("solve", "own-8000-h100", *condition).json["value"]
    at_rate = planned(run, "own-8000-h100", cloud_price=f"{rate} USD/accelerator/h")["value"]
    assert at_rate["tco"] / at_rate["cloud_cost"] == pytest.approx(0.7, abs=1e-4)


def test_r19_the_best_mix_is_never_dearer_than_a_pure_one(run):
    the_plan = planned(run, "regulated-hybrid", resident_share="0 %")["value"]
    pure = [the_plan[f"pure_{way}_cost_per_year"] for way in ("owned", "reserved", "burst")]
    assert the_plan["hybrid_cost_per_year"] <= min(pure) * (1 + 1e-9)


def test_r20_cloud_prices_outside_the_band_are_kept_and_flagged(run):
    rows = run("catalog", "list", "clouds", "--json").json
    assert len(rows) > 90
    dear = planned(run, "own-8000-h100", cloud_price="7.91 USD/accelerator/h")
    assert dear["value"]["cloud_price_band_high_margin"] == pytest.approx(5 - 7.91)


def test_r21_short_lives_cost_more(run):
    for months, cost in ((12, 1.142), (24, 0.571), (60, 0.228)):
        life = {"market_accelerator_price": "10000 USD/accelerator", "market_life": f"{months} month"}
        assert explained(run, "market_write_off", **life) == pytest.approx(cost, abs=5e-4)
    left = [
        planned(run, "own-8000-h100", residual_method=m)["value"]["residual_value"] for m in ("zero", "exponential")
    ]
    assert left[0] < left[1]


def test_r22_margin_and_price(run):
    for margin, markup in (("28 %", 1.389), ("46 %", 1.852)):
        assert explained(run, "market_markup", market_margin=margin) == pytest.approx(markup, abs=5e-4)
    the_plan = planned(run, "own-8000-h100")["value"]
    assert 0.28 <= the_plan["vendor_margin"] / the_plan["capex_compute"] <= 0.46


def test_r23_cost_of_delay(run):
    late = {"analysis_period": "1 year"}
    for rate, million in ((2, 238), (5, 596)):
        the_plan = planned(run, "facility-30mw", cloud_price=f"{rate} USD/accelerator/h", **late)["value"]
        assert the_plan["cloud_cost"] == pytest.approx(million, abs=0.5)
    the_plan = planned(run, "own-8000-h100")["value"]
    assert min(the_plan[f"delay_cost_{cause}"] for cause in ("grid", "cooling", "supply")) > 0


def test_r24_schedule(run):
    for months, rate in ((24, 1.25), (26, 1.15)):
        phase = {"market_capacity": "30 MW", "market_phase_time": f"{months} month"}
        assert explained(run, "market_phase_rate", **phase) == pytest.approx(rate, abs=0.005)
    built = planned(run, "facility-30mw")["value"]
    assert built["time_to_service"] > max(built["grid_time"], built["hall_time"], built["hardware_lead_time"] / 4.345)


def test_r25_integration_lines(run):
    for rate, lines, days in ((180, 37.5, 2.03), (520, 13.0, 0.70)):
        line = {"market_line_rate": f"{rate} cluster/year/production_line", "market_clusters": "6750 cluster/year"}
        assert explained(run, "market_lines", **line) == pytest.approx(lines, abs=0.05)
        assert explained(run, "market_line_time", **line) == pytest.approx(days, abs=0.005)
    one, two = (planned(run, "facility-30mw", integration_lines=n)["value"]["install_time"] for n in ("1", "2"))
    assert one == pytest.approx(2 * two)


def test_r26_supply_moves_price_time_and_flags_orders_too_early(run):
    normal, short = (planned(run, "own-8000-h100", supply=s)["value"] for s in ("normal", "shortage"))
    assert short["hardware_lead_time"] > normal["hardware_lead_time"]
    assert short["supply_price_factor"] > normal["supply_price_factor"]
    assert short["time_to_service"] > normal["time_to_service"]
    early = planned(run, "", "system=vr-nvl72", accelerators="72 accelerator", site_rack_limit="240 kW/rack")
    assert "parts_available" in early["check"]


def test_r27_rules_of_place_and_owner_give_the_reason(run):
    compared = planned(run, "regulated-hybrid", "cloud=aws-p5")["check"]["residency"]
    assert compared["ok"] and "a comparison alone" in compared["message"] and "European Union" in compared["message"]
    rented = planned(run, "regulated-hybrid", "cloud=aws-p5", ownership="rented")["check"]["residency"]
    assert not rented["ok"] and "excluded" in rented["message"]
    shares = [
        planned(run, "sovereign-ai-factory", sovereign_share=share)["value"]["sovereign_premium_per_year"]
        for share in ("30 %", "50 %")
    ]
    assert shares[0] <= shares[1]


def test_r28_the_texan_rule_holds_from_75_megawatts(run):
    below, above = (
        planned(run, "facility-30mw", site_power_limit=f"{power} MW")["value"]["grid_rule_margin"] for power in (74, 80)
    )
    assert below > 0 > above


def test_r29_carbon_and_energy(run):
    full = {"site_power_limit": "132 kW", "pue": "1", "mean_load": "1"}
    the_plan = planned(run, "facility-30mw", **full)["value"]
    assert the_plan["energy_per_year"] == pytest.approx(1156, abs=0.5)
    owned = planned(run, "own-8000-h100")["value"]
    assert owned["carbon_per_year"] > 0 and owned["carbon_per_accelerator_hour"] > 0


def test_r30_catalogs_refuse_noise_repetition_and_mistakes(run, tmp_path):
    for name in ("Great American Spice", "Monterey Bay Spice"):
        assert run("catalog", "search", name).out.strip() == "nothing found"
    assert "141 GB/accelerator according to AI Training GPU Cluster" in run("catalog", "show", "mi300x").out
    table = tmp_path / "facts.csv"
    rows = ["Monterey Bay Spice,80", "MI300X,141", "X900,80", "X900,80"]
    table.write_text("\n".join(["entity,value,field,unit,source", *(f"{r},memory_capacity,GB,a page" for r in rows)]))
    flags = ("--catalogs", str(tmp_path), "--dry-run", "--json")
    findings = run("catalog", "import", str(table), *flags).json["findings"]
    told = {line: row["reason"] for row in findings for line in row["lines"]}
    assert "by mistake" in told[2] and "141 GB/accelerator is implausible" in told[3] and "repeats line 4" in told[5]
    assert run("catalog", "check", "--json").json["problems"] == []


def test_r31_presets_named_by_the_sources(run):
    names = {row["name"] for row in run("scenario", "list", "--json").json}
    assert names >= {
        "enterprise-8-gpu",
        "enterprise-32-gpu",
        "own-8000-h100",
        "amd-30mw-phased",
        "ascend-14000",
        "amd-30mw",
        "amd-6gw",
        "frontier-50000",
        "frontier-100000",
        "average-2024-cluster",
        "chat-100m-users",
        "sovereign-ai-factory",
        "regulated-hybrid",
        "edge-retail",
    }


def test_r32_claims(run):
    answer = run("claims", "--json").json
    assert len(answer["claims"]) == 238 and sum(answer["by_verdict"].values()) == 238
    checked = [row for row in answer["claims"] if row["used_as"] == "model check"]
    assert len(checked) == 30 and all(row["verdict"] != "cannot be checked" for row in checked)


def test_r33_market(run):
    answer = run("market", "--json").json
    rates = {row["name"]: round(row["recomputed"], 2) for row in answer["growth"]}
    wanted = ("s0 2026 to 2031", "s1 2025 to 2032", "s2 2024 to 2034", "s3 2026 to 2036")
    assert [rates[name] for name in wanted] == [16.87, 14.39, 26.81, 17.84]
    assert {row["axis"]: row["sum"] for row in answer["sums"] if row["source"] == "s2"}["end use"] == 86
