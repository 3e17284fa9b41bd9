"""Fabric counts by hand: trees of one to three tiers, planes, rails, dragonflies, a torus; cables by reach."""

import numpy as np
import pytest

from planner.model import wiring
from tests.conftest import defaults, first_choices, given, planned, value

H100 = {
    "system_nodes": "1 node/system",
    "system_accelerators": "8 accelerator/system",
    "system_scaleout_bandwidth": "400 Gb/s/accelerator",
    "fabric_port_bandwidth": "400 Gb/s/port",
    "fabric_switch_ports": "64 port/switch",
}


def counts(accelerators, topology="rail-optimised", **changes):
    """Leaves, spines, core switches and cables of a cluster."""
    names = ("leaf_switches", "spine_switches", "core_switches", "cables")
    texts = {**H100, "accelerators": f"{accelerators} accelerator", **changes}
    return tuple(round(value(name, name_unit(name), {"fabric_topology": topology}, **texts)) for name in names)


def name_unit(name):
    return "cable" if name == "cables" else "switch"


@pytest.mark.parametrize(
    ("accelerators", "expected"),
    [
        # One switch of 64 ports takes 64 endpoints.
        (64, (1, 0, 0, 64)),
        # 96 endpoints: 8 rails of 12 nodes, two rails on a leaf: 4 leaves, 4 · 32 uplinks on 2 spines.
        (96, (4, 2, 0, 96 + 128)),
        # Published: DGX H100 SuperPOD of 4 units (RA-11333-001, table 3).
        (1024, (32, 16, 0, 2048)),
        # 64 leaves with 32 uplinks fill 32 spines: the largest two-tier tree, R² / 2.
        (2048, (64, 32, 0, 4096)),
        # One node more: three tiers; 8 rails · ⌈257 / 32⌉ leaves, as many spines, half as many core switches.
        (2056, (72, 72, 36, 2056 + 2 * 72 * 32)),
        (16384, (512, 512, 256, 3 * 16384)),
    ],
)
def test_rail_optimised_trees(accelerators, expected):
    assert counts(accelerators) == expected


def test_spines_divide_the_uplinks_evenly():
    """24 leaves of 32 uplinks need 12 spines by ports; 12 does not divide 32, 16 does."""
    assert counts(760)[:2] == (24, 16)


def test_a_plain_tree_packs_leaves_full():
    assert counts(800, "fat-tree")[0] == 25
    assert counts(800)[0] == 8 * 4


def test_oversubscription_takes_uplinks_and_spines_away():
    """3 : 1 on 64 ports: 48 down, 16 up. 768 endpoints: 16 plain leaves, 256 uplinks on 4 spines."""
    assert counts(768, "fat-tree", oversubscription="3") == (16, 4, 0, 768 + 256)


def test_a_core_that_blocks_takes_fewer_switches():
    """3 : 1 above the spines: 48 ports down, 16 up. 72 leaves of 32 uplinks: 48 spines, 12 core switches."""
    assert counts(2056, core_oversubscription="3") == (72, 48, 12, 2056 + 72 * 32 + 48 * 16)
    half = value("bisection_bandwidth", "TB/s", **H100, accelerators="4096 accelerator")
    assert half == pytest.approx(4096 * 50e9 / 2 / 1e12)
    blocked = value("bisection_bandwidth", "TB/s", **H100, accelerators="4096 accelerator", core_oversubscription="4")
    assert blocked == pytest.approx(half / 4)


def test_two_planes_keep_two_tiers_at_8192_accelerators():
    """64 ports of 800 Gb/s split into 128 of 400 Gb/s: 2 · 128 leaves, 2 · 64 spines, whole cables (DGX B300 table)."""
    split = {"fabric_planes": "2", "fabric_port_bandwidth": "800 Gb/s/port"}
    split["system_scaleout_bandwidth"] = "800 Gb/s/accelerator"
    assert counts(8192, **split) == (256, 128, 0, 16384)
    whole = counts(8192, **{**split, "fabric_planes": "1"})
    assert whole[2] > 0


def test_spines_of_their_own_for_each_rail():
    """GB200 unit of 8 racks: 4 rails of 8 leaves with 18 trays, 6 spines each."""
    nvl72 = {
        "system_nodes": "18 node/system",
        "system_accelerators": "72 accelerator/system",
        "systems_per_rack": "1 system/rack",
    }
    assert counts(576, "rail-groups", **nvl72)[:2] == (32, 24)


def test_a_dragonfly_group_of_64_port_switches():
    """p = ⌊65 / 4⌋ = 16, a = 32: 512 endpoints and 32 · 31 / 2 = 496 cables in a group."""
    assert counts(512, "dragonfly") == (32, 0, 0, 512 + 496)
    # Two groups: 64 switches with 16 global ports each, two to a cable.
    assert counts(1024, "dragonfly") == (64, 0, 0, 1024 + 2 * 496 + 512)


def test_a_dragonfly_plus_group_is_a_small_tree():
    """32 leaves and 32 spines, 1,024 endpoints and as many cables between the tiers."""
    assert counts(1024, "dragonfly-plus") == (32, 32, 0, 2048)


def test_a_torus_of_4096_takes_48_optical_switches():
    """TPU v4: 64 cubes of 4 x 4 x 4, 96 links out of each, 128 ports on each optical switch."""
    leaves, spines, core, cables = counts(4096, "torus")
    assert (leaves, spines, core) == (0, 0, 48)
    assert cables == 64 * (96 + 3 * 16 * 3)


def test_reach_of_each_topology():
    texts = {**H100, "accelerators": "1024 accelerator"}
    reach = {
        topology: value("fabric_reach", "accelerator", {"fabric_topology": topology}, **texts)
        for topology in ("rail-optimised", "fat-tree", "dragonfly", "dragonfly-plus", "torus")
    }
    assert reach["fat-tree"] == reach["rail-optimised"] == 64**3 / 4
    assert reach["dragonfly"] == 512 * 513
    assert reach["dragonfly-plus"] == 1024 * 1025
    assert reach["torus"] == 4096


def test_a_fabric_too_small_fails_its_check():
    the_plan = planned("own-8000-h100", fabric_switch_ports="16 port/switch")
    check = {c.name: c for c in the_plan.checks}["fabric_ports"]
    assert not check.ok and "1,024" in check.message
    assert the_plan.binding[0][0] == "fabric ports"


def test_whole_units_keep_the_leaves_of_unused_slots():
    assert counts(760, scalable_unit="32 node")[0] == 24
    assert counts(520, scalable_unit="32 node")[0] == 24


@pytest.mark.parametrize(
    "topology", ["rail-optimised", "fat-tree", "rail-groups", "dragonfly", "dragonfly-plus", "torus"]
)
def test_one_cluster_and_many_agree(topology):
    sizes = np.array([8.0, 96, 1000, 5000, 40000])
    options = {**first_choices(), "fabric_topology": topology}
    facts = defaults()
    values = {**facts, **given(**H100, systems_per_rack="4 system/rack")}
    many = wiring.evaluate(["cables", "switches"], {**values, "accelerators": sizes}, options)
    for column, size in enumerate(sizes):
        single = wiring.evaluate(["cables", "switches"], {**values, "accelerators": size}, options)
        assert single["cables"] == many["cables"][column]
        assert single["switches"] == many["switches"][column]


# Cables and optics


def test_optics_of_the_dgx_h100_superpod():
    """Table 8: 1,536 twin-port modules in the switches for 1,024 ports of nodes; 508 in 127 systems."""
    texts = {**H100, "accelerators": "1016 accelerator", "scalable_unit": "32 node", "racks": "34 rack"}
    texts |= {"floor_area": "102 m**2"}
    assert value("switch_transceivers", "transceiver", **texts) / 2 == 1536
    assert value("adapter_transceivers", "transceiver", **texts) / 2 == 508
    assert value("transceiver_modules", "transceiver", **texts) == 1536 + 508


def test_cables_are_copper_within_its_reach():
    rack = {**H100, "accelerators": "32 accelerator", "racks": "1 rack", "floor_area": "3 m**2"}
    assert value("copper_cables", "cable", **rack) == 32
    assert value("transceivers", "transceiver", **rack) == 0
    assert value("fibre_cables", "cable", **{**rack, "copper_reach": "1 m"}) == 32


def test_active_cables_take_over_up_to_their_reach():
    hall = {**H100, "accelerators": "1024 accelerator", "racks": "32 rack", "floor_area": "96 m**2"}
    active = {**hall, "active_cable_reach": "30 m"}
    assert value("active_cables", "cable", **active) == 2048
    assert value("transceivers", "transceiver", **active) == 0
    assert value("active_cables", "cable", **hall) == 0


def test_power_and_price_of_a_fabric():
    """48 switches of 747 W and 4,096 transceivers of 8.5 W."""
    texts = {**H100, "accelerators": "1024 accelerator", "racks": "32 rack", "floor_area": "96 m**2"}
    texts |= {"fabric_switch_power": "747 W/switch", "fabric_transceiver_power": "8.5 W/transceiver"}
    assert value("fabric_power", "W", **texts) == pytest.approx(48 * 747 + 4096 * 8.5)
    assert value("fabric_switch_cost", "USD", fabric_switch_price="35217 USD/switch", **texts) == 48 * 35217


def test_optical_switches_draw_little_and_their_price_is_asked_for():
    texts = {**H100, "accelerators": "4096 accelerator", "racks": "64 rack", "floor_area": "192 m**2"}
    texts |= {"fabric_switch_power": "747 W/switch", "fabric_transceiver_power": "0 W/transceiver"}
    assert value("fabric_power", "W", {"fabric_topology": "torus"}, **texts) == 48 * 108
    the_plan = planned("own-8000-h100", fabric_topology="torus")
    assert the_plan.missing["capex_network"] == ("optical_switch_price",)
    priced = planned("own-8000-h100", fabric_topology="torus", optical_switch_price="100 kUSD/switch")
    assert priced.results["fabric_switch_cost"].value == 94 * 100_000


def test_storage_and_management_networks():
    """127 nodes with two ports, 160 GB/s of storage on 4 ports: 258 ports on 8 leaves of 36 and 4 spines."""
    texts = {**H100, "accelerators": "1016 accelerator", "storage_read_rate": "160 GB/s"}
    assert value("storage_network_ports", "port", **texts) == 2 * 127 + 4
    assert value("storage_network_switches", "switch", **texts) == 8 + 4
    assert value("storage_network_cables", "cable", **texts) == 258 + 194
    # 127 nodes with 3 ports, 48 + 12 switches with one: 441 ports on switches of 48.
    assert value("management_switches", "switch", **texts) == 10


def test_one_node_has_no_storage_network():
    texts = {**H100, "accelerators": "8 accelerator", "storage_read_rate": "2 GB/s"}
    assert value("storage_network_switches", "switch", **texts) == 0
