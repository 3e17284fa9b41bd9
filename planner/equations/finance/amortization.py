"""Equal instalments: each asset class over its own life, and the shares of the full cost."""

import numpy as np


def _instalment(amount, rate, life, apart, month):
    """Payment every `apart` months that returns `amount` with interest over `life`, as a rate of money."""
    interest = rate * apart / 12
    payments = life / (apart * month)
    safe = np.where(interest > 0, interest, 1)
    factor = np.where(interest > 0, safe / (1 - np.power(1 + safe, -payments)), 1 / payments)
    return amount * factor / (apart * month)


def compute_instalment(
    capex_compute,
    capex_software,
    capex_services,
    capex_installation,
    cost_of_money,
    service_life,
    payment_months,
    calendar_month,
):
    """Equal instalments for systems, software bought once and the work of installing them. [USD/s]

    pmt = K · j / (1 − (1 + j)^−m),  j = i / 12 for payments by the month

    Parameters
    ----------
    capex_compute : USD, 0 or more
    capex_software : USD, 0 or more
    capex_services : USD, 0 or more
    capex_installation : USD, 0 or more
    cost_of_money : 1, 0 or more
    service_life : s, a month or more
    payment_months : 1, 1 or more
    calendar_month : s, 730 h

    Notes
    -----
    Hamilton's and Hennessy and Patterson's form [1]; by the year it is the capital recovery factor r / (1 − (1 +
    r)^−n). A rate of zero gives the straight line.

    References
    ----------
    .. [1] Hamilton, perspectives.mvdirona.com, 2010.
    """
    amount = capex_compute + capex_software + capex_services + capex_installation
    return _instalment(amount, cost_of_money, service_life, payment_months, calendar_month)


def network_instalment(
    capex_network, capex_auxiliary_networks, cost_of_money, network_life, payment_months, calendar_month
):
    """Equal instalments for the networks. [USD/s]

    pmt = K · j / (1 − (1 + j)^−m)
    """
    return _instalment(
        capex_network + capex_auxiliary_networks, cost_of_money, network_life, payment_months, calendar_month
    )


def storage_instalment(capex_storage, object_storage_cost, cost_of_money, service_life, payment_months, calendar_month):
    """Equal instalments for the storage. [USD/s]

    pmt = K · j / (1 − (1 + j)^−m)
    """
    return _instalment(capex_storage + object_storage_cost, cost_of_money, service_life, payment_months, calendar_month)


def power_and_cooling_instalment(
    capex_power_and_cooling, capex_grid_connection, cost_of_money, facility_life, payment_months, calendar_month
):
    """Equal instalments for power gear, cooling and the grid connection. [USD/s]

    pmt = K · j / (1 − (1 + j)^−m)
    """
    return _instalment(
        capex_power_and_cooling + capex_grid_connection, cost_of_money, facility_life, payment_months, calendar_month
    )


def shell_instalment(capex_shell, capex_land, cost_of_money, facility_life, payment_months, calendar_month):
    """Equal instalments for shell, site and land. [USD/s]

    pmt = K · j / (1 − (1 + j)^−m)

    Land is written off like the shell, which is cautious.
    """
    return _instalment(capex_shell + capex_land, cost_of_money, facility_life, payment_months, calendar_month)


def capital_per_year(
    compute_instalment, network_instalment, storage_instalment, power_and_cooling_instalment, shell_instalment
):
    """Equal instalments for everything bought. [USD/s]

    pmt = Σ pmt_k
    """
    facility = power_and_cooling_instalment + shell_instalment
    return compute_instalment + network_instalment + storage_instalment + facility


def full_cost_per_year(capital_per_year, opex_per_year):
    """Instalments and running costs together. [USD/s]

    K = pmt + K_opex
    """
    return capital_per_year + opex_per_year


def full_cost_per_accelerator_hour(full_cost_per_year, installed_accelerators, accounting_hours_share):
    """Full cost of an installed accelerator-hour, used or not, each asset over its own life, nothing resold.
    [USD/accelerator/s]

    c = K / (N · h)

    No resale: compare with the levelised cost, which sells what is left at the end of the period.
    """
    return full_cost_per_year / (installed_accelerators * accounting_hours_share)


def rental_price(full_cost_per_accelerator_hour, rental_margin, sold_share):
    """Rental price at which a provider earns its margin on its full cost. [USD/accelerator/s]

    p = c / ((1 − m) · s)
    """
    return np.divide(full_cost_per_accelerator_hour, (1 - rental_margin) * sold_share)


def compute_cost_share(compute_instalment, full_cost_per_year):
    """Share of the systems' instalments in the full cost. [1]

    s = pmt_compute / K
    """
    return compute_instalment / full_cost_per_year


def network_cost_share(network_instalment, full_cost_per_year):
    """Share of the networks' instalments in the full cost. [1]

    s = pmt_network / K
    """
    return network_instalment / full_cost_per_year


def power_and_cooling_cost_share(power_and_cooling_instalment, full_cost_per_year):
    """Share of the instalments for power gear and cooling in the full cost. [1]

    s = pmt / K
    """
    return power_and_cooling_instalment / full_cost_per_year


def energy_cost_share(electricity_bill_per_year, full_cost_per_year):
    """Share of the electricity bill in the full cost. [1]

    s = K_energy / K
    """
    return electricity_bill_per_year / full_cost_per_year


def shell_cost_share(shell_instalment, full_cost_per_year):
    """Share of the instalments for shell, site and land in the full cost. [1]

    s = pmt / K
    """
    return shell_instalment / full_cost_per_year
