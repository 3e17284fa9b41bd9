"""What must be paid before the cluster runs, layer by layer."""

import numpy as np


def system_price(accelerator_price, system_accelerators, server_price_ratio):
    """Price of one system, where its maker or sellers publish none. [USD/system]

    k_system = N_system · k_accelerator · ρ

    The whole server costs ρ times its accelerators (Epoch AI: 1.54 to 1.69 over three generations); rack-scale
    systems with costly switch trays lie above.
    """
    return system_accelerators * accelerator_price * server_price_ratio


def spare_systems__bought(spare_nodes, system_nodes):
    """Spare nodes, in parts of a system where it holds several nodes. [system]

    n = n_spare / nodes of a system

    They are priced as the systems are; kept cold, they draw no power and take no rack of the plan.
    """
    return spare_nodes / system_nodes


def capex_compute(systems, spare_systems, system_price, purchase_price_share):
    """Price of the accelerator systems: accelerators and hosts. [USD]

    K = (n + n_spare) · k_system · s

    At the price of the day on which they are bought.
    """
    return (systems + spare_systems) * system_price * purchase_price_share


def capex_accelerators(installed_accelerators, accelerator_price, purchase_price_share, capex_compute):
    """Price of the accelerators alone, a part of the systems. [USD]

    K = min(N · k · s, K_compute)

    Prices of systems and of single accelerators come from different sellers, so the split is rough.
    """
    return np.minimum(installed_accelerators * accelerator_price * purchase_price_share, capex_compute)


def capex_hosts(capex_compute, capex_accelerators):
    """Price of what surrounds the accelerators in the systems. [USD]

    K_host = K_compute − K_accelerators
    """
    return capex_compute - capex_accelerators


def vendor_margin(capex_compute, vendor_margin_share):
    """Gross margin of the vendor inside the price of the systems. [USD]

    M = m · K_compute,  price = cost / (1 − m)
    """
    return vendor_margin_share * capex_compute


def capex_software(installed_accelerators, software_price):
    """Software bought once. [USD]

    K = N · k
    """
    return installed_accelerators * software_price


def capex_auxiliary_networks(storage_network_cost, management_network_cost):
    """Price of the networks beside the compute fabric: to storage and for management. [USD]

    K = K_storage network + K_management network
    """
    return storage_network_cost + management_network_cost


def capex_it(capex_compute, capex_network, capex_auxiliary_networks, capex_storage, object_storage_cost):
    """Price of all IT equipment. [USD]

    K_IT = K_compute + K_network + K_auxiliary + K_storage + K_object
    """
    return capex_compute + capex_network + capex_auxiliary_networks + capex_storage + object_storage_cost


def capex_services(capex_it, services_share):
    """Design, integration and acceptance. [USD]

    K = s · K_IT
    """
    return services_share * capex_it


def capex_installation(capex_it, installation_share):
    """Racking and cabling. [USD]

    K = s · K_IT
    """
    return installation_share * capex_it


def facility_price(power_chain_capex, facility_critical_share, redundancy_over_chain, cooling_price_difference):
    """Price of building a data centre, for each watt of IT power. [USD/W]

    k = k_chain · (1 + s_critical · (ρ − 1)) + Δk_cooling

    Parameters
    ----------
    power_chain_capex : USD/W, 0 or more
    facility_critical_share : 1, 0 to 1
    redundancy_over_chain : 1, above 0
    cooling_price_difference : USD/W, any

    Notes
    -----
    The price of a hall is that of its tier. Redundancy set by hand scales power gear and cooling: between Tier III and
    Tier I that gives 89 %, and notes of costs 84 %; fault tolerance costs more than the gear that it doubles.
    """
    redundancy = 1 + facility_critical_share * (redundancy_over_chain - 1)
    return power_chain_capex * redundancy + cooling_price_difference


def facility_retrofit_price(
    power_chain_capex, facility_critical_share, redundancy_over_chain, cooling_price_difference
):
    """Price of refitting a hall, for each watt of IT power: power gear and cooling alone. [USD/W]

    k = k_chain · s_critical · ρ + Δk_cooling
    """
    return power_chain_capex * facility_critical_share * redundancy_over_chain + cooling_price_difference


def capex_facility__build(it_power, facility_price):
    """Price of building the hall, its power and its cooling. [USD]

    K = P_IT · k

    Land, grid connection, soft cost and contingency are not included.
    """
    return it_power * facility_price


def capex_facility__retrofit(it_power, facility_retrofit_price):
    """Price of refitting an existing hall: power gear, cooling, white space. [USD]

    K = P_IT · k
    """
    return it_power * facility_retrofit_price


def capex_facility__colocation(it_power, colocation_fit_out_price):
    """Price of fitting out rented space. [USD]

    K = P_IT · k
    """
    return it_power * colocation_fit_out_price


def capex_power_and_cooling(capex_facility, facility_critical_share):
    """Part of the facility's price that is power gear and cooling. [USD]

    K = s · K_facility
    """
    return facility_critical_share * capex_facility


def capex_cooling(capex_power_and_cooling, cooling_cost):
    """Part of the facility's price that is cooling. [USD]

    K = min(K_critical, price of the cooling technology)
    """
    return np.minimum(capex_power_and_cooling, cooling_cost)


def capex_power_gear(capex_power_and_cooling, capex_cooling):
    """Part of the facility's price that is power gear. [USD]

    K = K_critical − K_cooling
    """
    return capex_power_and_cooling - capex_cooling


def capex_shell(capex_facility, capex_power_and_cooling):
    """Part of the facility's price that is shell, site work and fit-out. [USD]

    K = K_facility − K_critical
    """
    return capex_facility - capex_power_and_cooling


def capex_grid_connection__build(facility_power, grid_connection_price):
    """Price of a connection that carries the power of the facility. [USD]

    K = P · k
    """
    return facility_power * grid_connection_price


def capex_land__build(floor_area, land_area_ratio, land_price):
    """Price of the floor's area and of what surrounds it. [USD]

    K = A · a · k
    """
    return floor_area * land_area_ratio * land_price


def capex(
    capex_it,
    capex_software,
    capex_services,
    capex_installation,
    capex_facility,
    capex_grid_connection,
    capex_land,
):
    """Everything that must be paid before the cluster runs. [USD]

    K = K_IT + K_software + K_services + K_installation + K_facility + K_grid + K_land
    """
    work = capex_services + capex_installation
    return capex_it + capex_software + work + capex_facility + capex_grid_connection + capex_land


def component_spend(capex_it, capex_software, software_per_year, analysis_period, capex_services, capex_installation):
    """Spending on the five components that a market report counts: no building, energy or staff. [USD]

    S = K_IT + K_software + k_software · T + K_services + K_installation
    """
    software = capex_software + software_per_year * analysis_period
    return capex_it + software + capex_services + capex_installation


def compute_spend_share(capex_compute, component_spend):
    """Share of component spending that goes to compute. [1]

    s = K_compute / S

    The report's compute line also holds rack power distribution, which is part of the facility here.
    """
    return capex_compute / component_spend


def network_spend_share(capex_network, capex_auxiliary_networks, component_spend):
    """Share of component spending that goes to networks. [1]

    s = (K_network + K_auxiliary) / S
    """
    return (capex_network + capex_auxiliary_networks) / component_spend


def storage_spend_share(capex_storage, object_storage_cost, component_spend):
    """Share of component spending that goes to storage. [1]

    s = (K_storage + K_object) / S
    """
    return (capex_storage + object_storage_cost) / component_spend


def software_spend_share(capex_software, software_per_year, analysis_period, component_spend):
    """Share of component spending that goes to software. [1]

    s = (K_software + k_software · T) / S
    """
    return (capex_software + software_per_year * analysis_period) / component_spend


def services_spend_share(capex_services, capex_installation, component_spend):
    """Share of component spending that goes to services. [1]

    s = (K_services + K_installation) / S
    """
    return (capex_services + capex_installation) / component_spend


def compute_spend_share_gap(compute_spend_share, market_compute_spend_share):
    """This plan's compute share less the share a market report gives for all clusters. [1]

    Δ = s − s_market
    """
    return compute_spend_share - market_compute_spend_share


def budget_margin(budget, capex):
    """Money left of the budget. [USD]

    margin = budget − K
    """
    return budget - capex


def budget_use(capex, budget):
    """Share of the budget in use. [1]

    u = K / budget
    """
    return capex / budget


def programme_capex(clusters, capex):
    """Price of several such clusters. [USD]

    K = n · K_cluster
    """
    return clusters * capex


def benchmark_capex(site_power_limit, benchmark_rate):
    """Price of the site at an all-in market rate for each watt of grid power. [USD]

    K = P_site · k

    A cross-check from the top: rates of this kind hold hardware and building together.
    """
    return site_power_limit * benchmark_rate


def benchmark_saving(benchmark_capex, capex):
    """What the plan costs less than the market rate. [USD]

    ΔK = K_benchmark − K
    """
    return benchmark_capex - capex


def benchmark_saving_share(benchmark_saving, benchmark_capex):
    """What the plan costs less than the market rate, as a share of it. [1]

    s = ΔK / K_benchmark
    """
    return benchmark_saving / benchmark_capex
