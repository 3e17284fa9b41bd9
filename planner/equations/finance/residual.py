"""What equipment is worth as it ages, early refresh, and what is left at the end."""

import numpy as np


def _years(age, calendar_month):
    return age / calendar_month / 12


def value_decline(hardware_progress):
    """Share of their market value that systems lose in a year. [1]

    d = 1 − e^(−p)

    The market value falls with the price of the same performance: 0.14 orders of magnitude a year [1]. One constant
    rate: launches of successors are steps, as the method "successor" has them.

    [1] Epoch AI, training-cost-trends.
    """
    return 1 - np.exp(-hardware_progress)


def refreshes(analysis_period, refresh_interval):
    """How often the systems are replaced within the period. [1]

    n = max(0, ⌈T / T_refresh⌉ − 1)
    """
    return np.maximum(0, np.ceil(analysis_period / refresh_interval) - 1)


def final_age(analysis_period, refreshes, refresh_interval):
    """Age of the systems at the end of the period. [s]

    a = T − n · T_refresh
    """
    return analysis_period - refreshes * refresh_interval


def residual_share__exponential(final_age, value_decline, calendar_month):
    """Worth that falls by the same share each year. [1]

    ρ = (1 − d)^(a in years)

    Parameters
    ----------
    final_age : s, 0 or more
    value_decline : 1, 0 to 1
    calendar_month : s, 730 h

    Notes
    -----
    One constant rate. 10^(−0.14 t) gives 72, 52, 38, 27 and 20 % after 1 to 5 years; published tables for used servers
    give 20 to 35 % after 36 months.
    """
    return (1 - value_decline) ** _years(final_age, calendar_month)


def residual_share__straight_line(final_age, service_life):
    """Worth that falls on a straight line over the service life. [1]

    ρ = max(0, 1 − a / T_life)
    """
    return np.maximum(0, 1 - final_age / service_life)


def residual_share__table(
    final_age,
    residual_share_1_year,
    residual_share_2_years,
    residual_share_3_years,
    residual_share_4_years,
    residual_share_5_years,
    calendar_month,
):
    """Worth after each year from a table. [1]

    straight between 1 at purchase and the shares after 1, 2, 3, 4 and 5 years; level afterwards
    """
    shares = (
        residual_share_1_year,
        residual_share_2_years,
        residual_share_3_years,
        residual_share_4_years,
        residual_share_5_years,
    )
    return _between(_years(final_age, calendar_month), shares)


def residual_share__successor(final_age, wear_decline, successor_interval, successor_price_share, calendar_month):
    """Worth that wears off and drops at each launch of a successor. [1]

    ρ = (1 − w)^(a in years) · q^⌊a / T_successor⌋

    Parameters
    ----------
    final_age : s, 0 or more
    wear_decline : 1, 0 to 1
    successor_interval : s, above 0
    successor_price_share : 1, 0 to 1
    calendar_month : s, 730 h

    Notes
    -----
    A used part is never worth more than the successor's price for the same performance: each launch is a step by q.
    Launches come at even intervals, counted from the purchase.
    """
    launches = np.floor(final_age / successor_interval)
    return (1 - wear_decline) ** _years(final_age, calendar_month) * successor_price_share**launches


def resale_share__exponential(refresh_interval, value_decline, calendar_month):
    """Worth that falls by the same share each year. [1]

    ρ_R = (1 − d)^(T_refresh in years)
    """
    return (1 - value_decline) ** _years(refresh_interval, calendar_month)


def resale_share__straight_line(refresh_interval, service_life):
    """Worth that falls on a straight line over the service life. [1]

    ρ_R = max(0, 1 − T_refresh / T_life)
    """
    return np.maximum(0, 1 - refresh_interval / service_life)


def resale_share__table(
    refresh_interval,
    residual_share_1_year,
    residual_share_2_years,
    residual_share_3_years,
    residual_share_4_years,
    residual_share_5_years,
    calendar_month,
):
    """Worth after each year from a table. [1]

    straight between 1 at purchase and the shares after 1, 2, 3, 4 and 5 years; level afterwards
    """
    shares = (
        residual_share_1_year,
        residual_share_2_years,
        residual_share_3_years,
        residual_share_4_years,
        residual_share_5_years,
    )
    return _between(_years(refresh_interval, calendar_month), shares)


def resale_share__successor(refresh_interval, wear_decline, successor_interval, successor_price_share, calendar_month):
    """Worth that wears off and drops at each launch of a successor. [1]

    ρ_R = (1 − w)^(T_refresh in years) · q^⌊T_refresh / T_successor⌋
    """
    launches = np.floor(refresh_interval / successor_interval)
    return (1 - wear_decline) ** _years(refresh_interval, calendar_month) * successor_price_share**launches


def _between(years, shares):
    """1 at age zero and shares[y] after y + 1 years, straight in between."""
    worth = 1 + 0 * years
    before = 1
    for year, share in enumerate(shares):
        worth = worth + (share - before) * np.clip(years - year, 0, 1)
        before = share
    return worth


def refresh_net_price(capex_compute, refresh_price_share, resale_share):
    """Price of the first replacement less what the replaced systems bring. [USD]

    K_R = K · (c − ρ_R)
    """
    return capex_compute * (refresh_price_share - resale_share)


def refresh_total(refresh_net_price, refresh_price_share, refreshes):
    """Net price of all replacements within the period, not discounted. [USD]

    K = K_R · (1 + c + ... + c^(n−1))
    """
    return refresh_net_price * _sum_of_powers(refresh_price_share, refreshes)


def refresh_present_worth(
    refresh_net_price,
    refresh_price_share,
    refreshes,
    refresh_interval,
    discount_factor,
    calendar_month,
    tax_rate,
):
    """Present worth of the net price of all replacements, each deducted from taxed income when it is paid. [USD]

    W = (1 − τ) · K_R · v_R · (1 + c · v_R + ... + (c · v_R)^(n−1)),  v_R = v^(months between refreshes)
    """
    apart = discount_factor ** (refresh_interval / calendar_month)
    return (1 - tax_rate) * refresh_net_price * apart * _sum_of_powers(refresh_price_share * apart, refreshes)


def _sum_of_powers(factor, count):
    """1 + factor + ... + factor^(count − 1)."""
    level = factor == 1
    return np.where(level, count, (1 - factor**count) / np.where(level, 1, 1 - factor))


def residual_compute(capex_compute, refresh_price_share, refreshes, residual_share):
    """What the systems are worth at the end of the period. [USD]

    V = K · c^n · ρ
    """
    return capex_compute * refresh_price_share**refreshes * residual_share


def residual_facility__build(capex_facility, capex_grid_connection, capex_land, analysis_period, facility_life):
    """Building and grid connection on a straight line, and the land. [USD]

    V = (K_facility + K_grid) · max(0, 1 − T / T_life) + K_land
    """
    return (capex_facility + capex_grid_connection) * np.maximum(0, 1 - analysis_period / facility_life) + capex_land


def residual_facility__retrofit(capex_facility, analysis_period, facility_life):
    """Refitting on a straight line. [USD]

    V = K_facility · max(0, 1 − T / T_life)
    """
    return capex_facility * np.maximum(0, 1 - analysis_period / facility_life)


def residual_value(residual_compute, residual_facility):
    """What systems and facility are worth at the end of the period. [USD]

    V = V_compute + V_facility

    Networks and storage are taken to be worth nothing.
    """
    return residual_compute + residual_facility
