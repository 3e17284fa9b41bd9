"""The electricity bill: an all-in price, or its items: energy by time and tier, demand, coincident peak, minimum."""

import numpy as np


def electricity_bill_per_year__all_in(energy_cost_per_year, accounting_hours_share):
    """Energy at the price of the site. [USD/s]

    K = E · p · h

    Overstates what saved energy is worth and understates idle megawatts where most of the bill follows demand.
    """
    return energy_cost_per_year * accounting_hours_share


def electricity_bill_per_year__itemised(
    energy_charge_per_year,
    demand_charge_per_year,
    coincident_charge_per_year,
    fixed_charge_per_year,
    minimum_bill_per_year,
):
    """Sum of the items of a tariff, at least its minimum bill. [USD/s]

    K = max(K_energy + K_demand + K_coincident + K_fixed, K_minimum)
    """
    items = energy_charge_per_year + demand_charge_per_year + coincident_charge_per_year + fixed_charge_per_year
    return np.maximum(items, minimum_bill_per_year)


def energy_charge_per_year(
    energy_per_year,
    peak_energy_share,
    peak_energy_price,
    off_peak_energy_price,
    tier_threshold,
    tier_price_difference,
    accounting_hours_share,
):
    """Charge for energy under an itemised tariff, by time of use, with a second price above a monthly amount. [USD/s]

    K = h · (E · (s · p_peak + (1 − s) · p_off) + max(0, E − E_tier) · Δp)

    The load is steady, so the share of energy in peak hours is the share of hours.
    """
    price = peak_energy_share * peak_energy_price + (1 - peak_energy_share) * off_peak_energy_price
    above = np.maximum(0 * energy_per_year, energy_per_year - tier_threshold)
    return accounting_hours_share * (energy_per_year * price + above * tier_price_difference)


def peak_demand(facility_power, peak_demand_share):
    """Highest power that the meter sees in a month. [W]

    P_peak = s · P
    """
    return peak_demand_share * facility_power


def demand_billed(peak_demand, demand_ratchet, lookback_demand, minimum_demand_share, contracted_demand):
    """Power that the demand charge is paid for. [W]

    P_billed = max(P_peak, r · P_lookback, m · P_contract)
    """
    return np.maximum(
        np.maximum(peak_demand, demand_ratchet * lookback_demand), minimum_demand_share * contracted_demand
    )


def demand_charge_per_year(demand_billed, demand_price):
    """Demand charge on the billed power, under an itemised tariff. [USD/s]

    K = P_billed · d
    """
    return demand_billed * demand_price


def idle_demand_charge_per_year(demand_billed, peak_demand, demand_price):
    """Part of the demand charge paid for power not drawn, under an itemised tariff. [USD/s]

    K = (P_billed − P_peak) · d
    """
    return (demand_billed - peak_demand) * demand_price


def coincident_charge_per_year(peak_demand, coincident_share, coincident_price):
    """Charge on the power drawn when the whole system peaks, under an itemised tariff. [USD/s]

    K = c · P_peak · k

    c is below 1 for a site that steps back in the hours when a system peak is expected.
    """
    return coincident_share * peak_demand * coincident_price


def effective_electricity_price(electricity_bill_per_year, energy_per_year, accounting_hours_share):
    """Electricity bill for each unit of energy. [USD/J]

    p = K / (E · h)
    """
    return electricity_bill_per_year / (energy_per_year * accounting_hours_share)
