"""Watts and joules, from the systems to the utility meter."""


def compute_power(systems, system_power):
    """Rated power of all accelerator systems. [W]

    P_c = n · P_system
    """
    return systems * system_power


def it_power(compute_power, network_power, storage_power):
    """Rated power of all IT equipment. [W]

    P_IT = P_compute + P_network + P_storage

    Rated, not mean: halls, busbars and connections are built for it.
    """
    return compute_power + network_power + storage_power


def mean_load(busy_power_share, idle_power_share, utilization):
    """Mean power of a system as a share of its rating. [1]

    s = s_busy · u + s_idle · (1 − u)

    Measured systems stay well below their rating even in training [1].

    [1] Newkirk et al., arXiv:2506.14551.
    """
    return busy_power_share * utilization + idle_power_share * (1 - utilization)


def it_mean_power(compute_power, mean_load, network_power, storage_power):
    """Mean power of all IT equipment over the year. [W]

    P̄_IT = s · P_compute + P_network + P_storage

    Switches and storage draw nearly their rating whatever the traffic.
    """
    return mean_load * compute_power + network_power + storage_power


def pue(cooling_pue):
    """Power usage effectiveness, mean over a year. [1]

    PUE of the cooling technology chosen, or what the scenario sets.

    A ratio of yearly energies (ISO/IEC 30134-2); the hottest day is worse.
    """
    return 1 * cooling_pue


def facility_power(it_power, pue):
    """Power drawn from the grid with all IT equipment at its rating. [W]

    P = P_IT · PUE
    """
    return it_power * pue


def site_power_margin(site_power_limit, facility_power):
    """Grid power left. [W]

    margin = P_site − P
    """
    return site_power_limit - facility_power


def site_power_use(facility_power, site_power_limit):
    """Share of the site's grid power in use. [1]

    u = P / P_site
    """
    return facility_power / site_power_limit


def energy_per_year(it_mean_power, pue):
    """Energy drawn from the grid, as a yearly rate. [W]

    E = P̄_IT · PUE
    """
    return it_mean_power * pue


def electricity_price(site_electricity_price):
    """Price of energy delivered to the site, all charges included. [USD/J]

    p = price of the site chosen
    """
    return 1 * site_electricity_price


def energy_cost_per_year(energy_per_year, electricity_price):
    """Cost of energy, as a yearly rate. [USD/s]

    K = E · p
    """
    return energy_per_year * electricity_price


def water_per_year(it_mean_power, cooling_water):
    """Water used on site, as a yearly rate. [m**3/s]

    W = WUE · P̄_IT

    Water used by power stations is not included.
    """
    return cooling_water * it_mean_power


def carbon_per_year(energy_per_year, site_carbon_intensity):
    """Operational emissions, location based, as a yearly rate. [gCO2e/s]

    C = E · c_grid
    """
    return energy_per_year * site_carbon_intensity


def embodied_carbon(systems, system_embodied_carbon):
    """Emissions of making the systems. [gCO2e]

    C = n · c_system

    Network, storage and building are not included.
    """
    return systems * system_embodied_carbon
