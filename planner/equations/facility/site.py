"""Where the cluster stands: its energy, the rules of its grid, sovereign demand."""

import numpy as np


def energy_cost_per_year(energy_per_year, electricity_price):
    """Cost of energy, as a yearly rate. [USD/s]

    K = E · p
    """
    return energy_per_year * electricity_price


def grid_rule_margin(site_grid_rule_power, facility_power):
    """Power left below the load from which the site's large-load rule applies. [W]

    margin = P_rule − P
    """
    return site_grid_rule_power - facility_power


def grid_study_fee(site_study_fee, facility_power, site_grid_rule_power):
    """Fee for the study of a large load. [USD]

    K = fee of the site where P ≥ P_rule

    Texas: at least 100,000 USD from 75 MW. The share of upgrades that the load must pay is not published as a figure.
    """
    return site_study_fee * np.where(facility_power >= site_grid_rule_power, 1.0, 0.0)


def sovereign_accelerators(accelerators, sovereign_share):
    """Accelerators whose work must stay on sovereign capacity. [accelerator]

    N · s
    """
    return accelerators * sovereign_share


def sovereign_premium_per_year(sovereign_accelerators, cloud_price, sovereign_premium):
    """What sovereign capacity costs above the common price of renting, as a yearly rate. [USD/s]

    K = N_sovereign · p_cloud · premium
    """
    return sovereign_accelerators * cloud_price * sovereign_premium
