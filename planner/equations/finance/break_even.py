"""Where owning costs as much as renting: the price, the utilization, the time."""

import numpy as np


def break_even_cloud_price(
    npv_own,
    npv_cloud,
    cloud_price,
    cloud_storage_per_year,
    cloud_egress_per_year,
    cloud_hosts_per_year,
    discounted_time,
    tax_rate,
):
    """Rental price at which owning and renting cost the same in present value. [USD/accelerator/s]

    p* = p · (NPV_own − F) / (NPV_cloud − F),  F = −(1 − τ) · (K_storage + K_egress + K_hosts) · A

    Support, debugging, setup and unused terms are shares of the rent and scale with it; storage, egress and hosts stay.
    Fails where a commitment in dollars is above the rent by the hour.
    """
    stays = (tax_rate - 1) * (cloud_storage_per_year + cloud_egress_per_year + cloud_hosts_per_year) * discounted_time
    return cloud_price * (npv_own - stays) / (npv_cloud - stays)


def full_rent_per_year(accelerators, cloud_price, accounting_hours_share, cloud_support_share, cloud_debugging_share):
    """Rent of as many accelerators for all hours, with the services that are shares of it. [USD/s]

    K = N · p · h · (1 + s_support + s_debugging)
    """
    shares = cloud_support_share + cloud_debugging_share
    return accelerators * cloud_price * accounting_hours_share * (1 + shares)


def break_even_utilization(
    cost_per_accelerator_hour,
    installed_accelerators,
    accounting_hours_share,
    cloud_storage_per_year,
    cloud_egress_per_year,
    cloud_hosts_per_year,
    full_rent_per_year,
):
    """Utilization at which owning costs as much as renting by the hour, with the services of the cloud; above 100 %
    owning never pays. [1]

    u* = (c · N_installed · h − K_storage − K_egress − K_hosts) / K_full rent

    Parameters
    ----------
    cost_per_accelerator_hour : USD/accelerator/s, any
    installed_accelerators : accelerator, 0 or more
    accounting_hours_share : 1, 0 or more
    cloud_storage_per_year : USD/s, 0 or more
    cloud_egress_per_year : USD/s, 0 or more
    cloud_hosts_per_year : USD/s, 0 or more
    full_rent_per_year : USD/s, above 0

    Notes
    -----
    The owned cost does not depend on utilization, rent by the hour does. The services are those of the break-even time;
    what a setup costs is left out.
    """
    owned = cost_per_accelerator_hour * installed_accelerators * accounting_hours_share
    return (owned - cloud_storage_per_year - cloud_egress_per_year - cloud_hosts_per_year) / full_rent_per_year


def break_even_time(capex, cloud_setup_cost, cloud_bill_per_year, opex_per_year):
    """Time after which owning has cost less than renting, not discounted. [s]

    t* = (K − K_setup) / (K_cloud − K_opex)

    Parameters
    ----------
    capex : USD, 0 or more
    cloud_setup_cost : USD, 0 or more
    cloud_bill_per_year : USD/s, 0 or more
    opex_per_year : USD/s, 0 or more

    Notes
    -----
    K_cloud holds the services beside the rent, as the break-even utilization does. On cash flows at today's prices:
    depreciation is not subtracted again.

    Not a number where renting costs less than running the owned cluster. With price changes, refreshes and taxes the
    ledger gives the month.
    """
    saved = cloud_bill_per_year - opex_per_year
    return (capex - cloud_setup_cost) / np.where(saved > 0 * saved, saved, np.nan * saved)
