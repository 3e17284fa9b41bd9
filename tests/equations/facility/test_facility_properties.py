"""What holds for every fabric, every job and every hall."""

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from planner.model import wiring
from tests.conftest import defaults, first_choices, given

TREES = ("rail-optimised", "fat-tree")
NODE = given(
    system_nodes="1 node/system",
    system_accelerators="8 accelerator/system",
    system_scaleout_bandwidth="400 Gb/s/accelerator",
    fabric_port_bandwidth="400 Gb/s/port",
    systems_per_rack="4 system/rack",
)
FABRIC = ("designed_endpoints", "leaf_switches", "leaf_down_ports", "leaf_uplinks", "spine_switches", "core_switches",
          "switch_radix", "cables", "fabric_tiers", "fabric_reach", "endpoint_cables", "leaf_spine_cables")  # fmt: skip


def evaluated(names, options=None, **values):
    return wiring.evaluate(names, {**defaults(), **NODE, **values}, {**first_choices(), **(options or {})})


@settings(max_examples=60, deadline=None)
@drawn(
    nodes=st.integers(1, 30_000),
    radix=st.sampled_from([32, 36, 40, 48, 64, 128, 144, 512]),
    oversubscription=st.sampled_from([1.0, 2.0, 3.0, 7.0]),
    topology=st.sampled_from(TREES),
)
def test_every_port_of_a_tree_finds_its_place(nodes, radix, oversubscription, topology):
    computed = evaluated(
        FABRIC,
        {"fabric_topology": topology},
        accelerators=8.0 * nodes,
        fabric_switch_ports=float(radix),
        oversubscription=oversubscription,
    )
    if computed["fabric_tiers"] == 1:
        assert computed["leaf_switches"] == 1 and computed["designed_endpoints"] <= radix
        return
    assert computed["leaf_switches"] * computed["leaf_down_ports"] >= computed["designed_endpoints"]
    assert computed["leaf_down_ports"] + computed["leaf_uplinks"] <= radix
    spine_ports = radix if computed["fabric_tiers"] == 2 else radix // 2
    assert computed["spine_switches"] * spine_ports >= computed["leaf_switches"] * computed["leaf_uplinks"]
    if computed["fabric_tiers"] == 2:
        # Every leaf has the same number of links to every spine.
        assert computed["leaf_uplinks"] % computed["spine_switches"] == 0
    assert computed["cables"] >= computed["endpoint_cables"] + computed["leaf_spine_cables"]


@settings(max_examples=40, deadline=None)
@drawn(
    nodes=st.integers(1, 20_000),
    topology=st.sampled_from(["rail-optimised", "fat-tree", "rail-groups", "dragonfly", "dragonfly-plus", "torus"]),
)
def test_a_larger_cluster_never_takes_fewer_switches(nodes, topology):
    options = {"fabric_topology": topology}
    ports = {"fabric_switch_ports": 64.0}
    small = evaluated(("switches", "cables"), options, accelerators=8.0 * nodes, **ports)
    large = evaluated(("switches", "cables"), options, accelerators=8.0 * (2 * nodes), **ports)
    assert large["cables"] >= small["cables"]
    assert large["switches"] >= small["switches"]


@settings(max_examples=60, deadline=None)
@drawn(
    cost=st.floats(0.01, 3600),
    mtbf=st.floats(600, 1e7),
    restart=st.floats(0, 7200),
    rule=st.sampled_from(["young", "daly", "exact"]),
    form=st.sampled_from(["exact", "closed-form", "first-order"]),
)
def test_goodput_is_a_share_and_falls_with_what_failures_cost(cost, mtbf, restart, rule, form):
    options = {"checkpoint_rule": rule, "effective_time_model": form}
    job = {"checkpoint_time": cost, "job_mtbf": mtbf, "checkpoint_lag": 0.0}
    share = evaluated(["goodput"], options, restart_time=restart, **job)["goodput"]
    slower = evaluated(["goodput"], options, restart_time=restart + 600, **job)["goodput"]
    assert 0 <= slower <= share <= 1


@settings(max_examples=40, deadline=None)
@drawn(mean=st.floats(0, 5000), share=st.floats(0.5, 0.9999))
def test_spares_suffice_with_the_confidence_asked_for_and_not_one_fewer(mean, share):
    from scipy.stats import poisson

    computed = evaluated(["spare_nodes"], nodes_in_repair=mean, spare_confidence=share)["spare_nodes"]
    assert poisson.cdf(computed, mean) >= share - 1e-9
    assert computed <= max(poisson.ppf(share, mean), mean // 1)


@settings(max_examples=40, deadline=None)
@drawn(
    hall=st.floats(0, 60),
    gear=st.floats(0, 60),
    grid=st.floats(0, 120),
    hardware=st.floats(0, 40),
    racks=st.integers(1, 5000),
)
def test_service_waits_for_every_path(hall, gear, grid, hardware, racks):
    month = 2628000.0
    computed = evaluated(
        ["time_to_service", "install_time", "acceptance_time"],
        {"facility_mode": "build"},
        build_hall_time=hall * month,
        transformer_lead_time=gear * month,
        site_grid_wait=grid * month,
        base_lead_time=hardware * month,
        racks=float(racks),
    )
    tail = computed["install_time"] + computed["acceptance_time"]
    assert computed["time_to_service"] >= max(hall, gear, grid, hardware) * month + tail - 1e-6
