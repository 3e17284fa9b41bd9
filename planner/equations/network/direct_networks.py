"""Fabrics that are no trees: dragonfly, dragonfly+ and a torus of cubes joined by optical circuit switches."""

import numpy as np


def leaf_down_ports__dragonfly(switch_radix, one_port, one_switch):
    """A quarter of the ports, as in a balanced dragonfly. [port/switch]

    p = ⌊(R + 1) / 4⌋

    Parameters
    ----------
    switch_radix : port/switch, 3 or more
    one_port : port, 1
    one_switch : switch, 1

    Notes
    -----
    Balanced: a = 2p switches in a group, h = p global ports, so R ≥ p + (a − 1) + h [1].

    References
    ----------
    .. [1] Kim et al., ISCA 2008.
    """
    return np.floor((switch_radix + one_port / one_switch) / 4)


def fabric_groups__dragonfly(designed_endpoints, leaf_down_ports, one_switch, one_port):
    """Groups of a balanced dragonfly. [1]

    g = ⌈n / (p · a)⌉,  a = 2p switches in a group
    """
    return np.ceil(designed_endpoints / (2 * leaf_down_ports**2 * one_switch**2 / one_port))


def fabric_groups__dragonfly_plus(designed_endpoints, leaf_down_ports, switch_radix, one_switch, one_port):
    """Groups of leaves and spines. [1]

    g = ⌈n / (p · l)⌉,  l = R / 2 leaves and as many spines in a group

    Parameters
    ----------
    designed_endpoints : port, 0 or more
    leaf_down_ports : port/switch, above 0
    switch_radix : port/switch, 1 or more
    one_switch : switch, 1
    one_port : port, 1

    Notes
    -----
    Every leaf is joined to every spine of its group, spines to those of other groups [1].

    References
    ----------
    .. [1] Shpiner et al., HiPINEB 2017.
    """
    return np.ceil(designed_endpoints / (leaf_down_ports * np.floor(switch_radix / 2) * one_switch**2 / one_port))


def fabric_groups__torus(installed_accelerators, torus_cube_accelerators):
    """Cubes of the torus. [1]

    g = ⌈N / N_cube⌉
    """
    return np.ceil(installed_accelerators / torus_cube_accelerators)


def leaf_switches__dragonfly(fabric_groups, leaf_down_ports, one_switch, one_port):
    """All switches, as each has accelerators. [switch]

    n = g · a,  a = 2p
    """
    return fabric_groups * 2 * leaf_down_ports * one_switch**2 / one_port


def leaf_switches__dragonfly_plus(fabric_groups, switch_radix, one_switch, one_port):
    """Half of the switches of every group. [switch]

    n_leaf = g · R / 2
    """
    return fabric_groups * np.floor(switch_radix / 2) * one_switch**2 / one_port


def core_switches__torus(fabric_groups, torus_cube_edge, optical_switch_ports, one_port):
    """Optical circuit switches in which the faces of the cubes end. [switch]

    n = ⌈g · 6e² / P⌉

    Parameters
    ----------
    fabric_groups : 1, 0 or more
    torus_cube_edge : 1, 1 or more
    optical_switch_ports : port/switch, 2 or more
    one_port : port, 1

    Notes
    -----
    Every face of every cube ends in optical circuit switches: 64 cubes of 4 x 4 x 4 take 48 switches [1].

    References
    ----------
    .. [1] Jouppi et al., "TPU v4", ISCA 2023, section 2.
    """
    faces = 6 * torus_cube_edge**2 * one_port
    return np.ceil(fabric_groups * faces / optical_switch_ports)


def leaf_spine_cables__dragonfly(leaf_switches, leaf_down_ports, cable_port, one_switch, one_port, links_per_cable):
    """Cables between every two switches of a group. [cable]

    n = g · a (a − 1) / 2: every pair of switches in a group
    """
    others = 2 * leaf_down_ports - one_port / one_switch
    return leaf_switches * others / 2 * cable_port / links_per_cable


def leaf_spine_cables__dragonfly_plus(leaf_switches, switch_radix, cable_port, links_per_cable):
    """Cables from every leaf to every spine of its group. [cable]

    n = g · l · s: one from every leaf to every spine of its group
    """
    return leaf_switches * np.floor(switch_radix / 2) * cable_port / links_per_cable


def leaf_spine_cables__torus(fabric_groups, torus_cube_edge, one_port, cable_port):
    """Links between the accelerators of a cube. [cable]

    n = g · 3 e² (e − 1)
    """
    return fabric_groups * 3 * torus_cube_edge**2 * (torus_cube_edge - 1) * one_port * cable_port


def spine_core_cables__dragonfly(leaf_switches, leaf_down_ports, fabric_groups, cable_port, links_per_cable):
    """Cables between the groups, where there are several. [cable]

    n = g · a · h / 2,  h = p; none where there is one group

    All global ports are used, so few groups are joined by many cables each.
    """
    joined = np.where(fabric_groups > 1, 1.0, 0.0)
    return leaf_switches * leaf_down_ports / 2 * joined * cable_port / links_per_cable


def spine_core_cables__dragonfly_plus(spine_switches, switch_radix, fabric_groups, cable_port, links_per_cable):
    """Cables between the spines of the groups, where there are several. [cable]

    n = g · s · h / 2,  h = R / 2; none where there is one group
    """
    joined = np.where(fabric_groups > 1, 1.0, 0.0)
    return spine_switches * np.floor(switch_radix / 2) / 2 * joined * cable_port / links_per_cable


def spine_core_cables__torus(fabric_groups, torus_cube_edge, one_port, cable_port):
    """Links from the faces of the cubes to optical switches. [cable]

    n = g · 6e²: from each face to an optical switch
    """
    return fabric_groups * 6 * torus_cube_edge**2 * one_port * cable_port


def fabric_reach__dragonfly(leaf_down_ports, installed_accelerators, fabric_endpoints, one_switch, one_port):
    """Accelerators of as many groups as one group's global ports reach. [accelerator]

    p · a · (a · h + 1),  a = 2p,  h = p
    """
    degree = leaf_down_ports * one_switch / one_port
    return 2 * degree**2 * (2 * degree**2 + 1) * one_port / fabric_endpoints * installed_accelerators


def fabric_reach__dragonfly_plus(
    switch_radix, leaf_down_ports, installed_accelerators, fabric_endpoints, one_switch, one_port
):
    """Accelerators of as many groups as the spines of one group reach. [accelerator]

    p · l · (s · h + 1),  l = s = h = R / 2
    """
    half = np.floor(switch_radix * one_switch / one_port / 2)
    return leaf_down_ports * one_switch * half * (half**2 + 1) / fabric_endpoints * installed_accelerators


def fabric_reach__torus(torus_cube_accelerators, optical_switch_ports, one_switch, one_port):
    """Accelerators of as many cubes as an optical switch joins. [accelerator]

    P / 2 · N_cube: each optical switch joins one pair of opposite faces of every cube
    """
    cubes = np.floor(optical_switch_ports / 2 * one_switch / one_port)
    return cubes * torus_cube_accelerators
