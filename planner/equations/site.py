"""Where the cluster stands: the hall's price and rent, the structure of the power bill, sovereign demand."""

import numpy as np


def hall_price(colocation_fit_out_price):
    """What the hall costs before the cluster moves in, for each watt of IT power. [USD/W]

    k = fit-out of rented space; older halls as they are take none either
    """
    return 1 * colocation_fit_out_price


def hall_price__own_build(facility_price):
    """What the hall costs before the cluster moves in, for each watt of IT power. [USD/W]

    k = price of building it
    """
    return 1 * facility_price


def hall_price__retrofit(colocation_fit_out_price, retrofit_price):
    """What the hall costs before the cluster moves in, for each watt of IT power. [USD/W]

    k = fit-out + retrofit for liquid cooling and more power in a rack
    """
    return colocation_fit_out_price + retrofit_price


def hall_rent(colocation_price):
    """Rent of the hall, energy excluded. [USD/W/s]

    k = rent of space with power and cooling; an owner's older hall costs what it could be let for
    """
    return 1 * colocation_price


def hall_rent__own_build(colocation_price):
    """Rent of the hall, energy excluded. [USD/W/s]

    none: it is built
    """
    return 0 * colocation_price


def hall_cost(it_power, hall_price):
    """Price of building, refitting or fitting out the hall. [USD]

    K = P_IT · k
    """
    return it_power * hall_price


def hall_rent_per_year(it_power, hall_rent):
    """Rent of the hall, as a yearly rate. [USD/s]

    K = P_IT · k
    """
    return it_power * hall_rent


def electricity_price(site_electricity_price):
    """Price of energy delivered to the site, all charges included. [USD/J]

    p = price of the site chosen
    """
    return 1 * site_electricity_price


def contract_power(grid_connection_power):
    """Power contracted with the utility. [W]

    P = power of the grid connection
    """
    return 1 * grid_connection_power


def metered_peak(it_peak_power, pue):
    """Highest power the meter sees. [W]

    P = P_IT,peak · PUE
    """
    return it_peak_power * pue


def billed_demand(metered_peak, minimum_bill_share, contract_power, contract_ramp):
    """Power for which demand is charged. [W]

    P = max(P_peak, minimum share · ramp · P_contract)

    AEP Ohio charges large loads for 85 % of their contract at least; a ramp of 50, 65, 80 and 90 % lowers the
    contract in the first four years.
    """
    return np.maximum(metered_peak, minimum_bill_share * contract_ramp * contract_power)


def minimum_bill_share(site_minimum_bill, site_grid_rule_power, contract_power):
    """Share of the contracted power that is charged even when it is not used. [1]

    s = minimum bill of the site, from the load at which its rule applies
    """
    return site_minimum_bill * np.where(contract_power >= site_grid_rule_power, 1.0, 0.0)


def energy_cost_per_year(energy_per_year, electricity_price):
    """Cost of energy, as a yearly rate. [USD/s]

    K = E · p
    """
    return energy_per_year * electricity_price


def energy_cost_per_year__demand_charge(energy_per_year, energy_charge, billed_demand, demand_charge):
    """Cost of energy, as a yearly rate. [USD/s]

    K = E · p_energy + P_billed · p_demand
    """
    return energy_per_year * energy_charge + billed_demand * demand_charge


def energy_charge(electricity_price, demand_charge):
    """Price of energy where demand is charged apart. [USD/J]

    p_energy = max(0, p − p_demand): the all-in price at an even load at the contracted power
    """
    return np.maximum(0 * electricity_price, electricity_price - demand_charge)


def unused_demand_cost_per_year(billed_demand, metered_peak, demand_charge):
    """What the minimum bill charges for power that is not used, as a yearly rate. [USD/s]

    K = (P_billed − P_peak) · p_demand
    """
    return (billed_demand - metered_peak) * demand_charge


def grid_rule_margin(site_grid_rule_power, facility_power):
    """Power left below the load from which the site's large-load rule applies. [W]

    margin = P_rule − P
    """
    return site_grid_rule_power - facility_power


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
