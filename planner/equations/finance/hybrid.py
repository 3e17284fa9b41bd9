"""Baseload owned, burst rented: layers ordered along the load-duration curve.

The demand of rank x is exceeded in the share x of all hours.  The curve is d(x) = (1 − x)^k of the peak, with
k = (1 − u) / u, so that its mean is the utilization u: from a constant load (u = 1) to a short peak.
A slice of demand that is busy in the share x of the hours costs c_own + v · x owned, p_res reserved, p_od · x by use;
each slice takes the cheapest (the newsvendor rule in three layers).
"""

import numpy as np


def owned_capacity_price(
    npv_own, electricity_bill_per_year, discounted_energy_time, installed_accelerators, discounted_time
):
    """Levelised cost of an owned accelerator that stands ready, without its energy. [USD/accelerator/s]

    c_own = (−NPV_own − K_energy · A_e) / (N · A)
    """
    return (-npv_own - electricity_bill_per_year * discounted_energy_time) / (installed_accelerators * discounted_time)


def owned_running_price(
    electricity_bill_per_year, discounted_energy_time, installed_accelerators, discounted_time, utilization
):
    """Levelised energy of an owned accelerator for each hour of use. [USD/accelerator/s]

    v = K_energy · A_e / (N · A · u)

    All energy is laid to the hours of use, so idle power counts there too.
    """
    return electricity_bill_per_year * discounted_energy_time / (installed_accelerators * discounted_time * utilization)


def cloud_service_price(cloud_services_per_year, accelerators, cloud_billed_share):
    """Services beside the rent, for each accelerator and time it is rented. [USD/accelerator/s]

    s = K_services / (N · u_billed)
    """
    return cloud_services_per_year / (accelerators * cloud_billed_share)


def burst_price(cloud_price, burst_egress_per_hour, cloud_service_price, accounting_hours_share):
    """Price of the plan's own term, which is paid by use. [USD/accelerator/s]

    p_od = (p + egress) · h + s

    p is the rental price of the plan: the term chosen is paid by use.
    """
    return (cloud_price + burst_egress_per_hour) * accounting_hours_share + cloud_service_price


def burst_price__reserved_1y(cloud_on_demand_price, burst_egress_per_hour, cloud_service_price, accounting_hours_share):
    """On-demand price of the offer, as the term chosen is not paid by use. [USD/accelerator/s]

    p_od = (p + egress) · h + s

    p is the on-demand price of the offer: the term chosen is not paid by use.
    """
    return (cloud_on_demand_price + burst_egress_per_hour) * accounting_hours_share + cloud_service_price


def burst_price__reserved_3y(cloud_on_demand_price, burst_egress_per_hour, cloud_service_price, accounting_hours_share):
    """On-demand price of the offer, as the term chosen is not paid by use. [USD/accelerator/s]

    p_od = (p + egress) · h + s

    p is the on-demand price of the offer: the term chosen is not paid by use.
    """
    return (cloud_on_demand_price + burst_egress_per_hour) * accounting_hours_share + cloud_service_price


def burst_price__block(cloud_on_demand_price, burst_egress_per_hour, cloud_service_price, accounting_hours_share):
    """On-demand price of the offer, as the term chosen is not paid by use. [USD/accelerator/s]

    p_od = (p + egress) · h + s

    p is the on-demand price of the offer: the term chosen is not paid by use.
    """
    return (cloud_on_demand_price + burst_egress_per_hour) * accounting_hours_share + cloud_service_price


def burst_egress_per_hour(burst_data, cloud_egress_price):
    """Cost of moving data for each accelerator-hour rented by use. [USD/accelerator/s]

    e = b · k
    """
    return burst_data * cloud_egress_price


def reserved_price(cloud_reserved_price, cloud_service_price, accounting_hours_share):
    """Price of an accelerator reserved for the whole time, used or not, with services. [USD/accelerator/s]

    p_res = p · h + s
    """
    return cloud_reserved_price * accounting_hours_share + cloud_service_price


def hybrid_burst_below(owned_capacity_price, owned_running_price, reserved_price, burst_price):
    """Share of the hours below which a slice of demand is cheapest rented by use. [1]

    x_1 = min(1, p_res / p_od, c_own / (p_od − v))

    Parameters
    ----------
    owned_capacity_price : USD/accelerator/s, any
    owned_running_price : USD/accelerator/s, any
    reserved_price : USD/accelerator/s, 0 or more
    burst_price : USD/accelerator/s, above 0

    Notes
    -----
    Slices of demand are independent of each other, and each is served in the cheapest of three ways. With owning and
    paying by use alone this is the newsvendor rule P(D > K*) = c_own / (p_od − v).
    """
    gap = burst_price - owned_running_price
    own = np.where(gap > 0 * gap, owned_capacity_price / np.where(gap > 0 * gap, gap, burst_price), np.inf)
    return np.minimum(1, np.minimum(reserved_price / burst_price, own))


def hybrid_reserved_above(owned_capacity_price, owned_running_price, reserved_price, hybrid_burst_below):
    """Share of the hours above which a slice of demand is cheapest reserved. [1]

    x_2 = min(1, max(x_1, (p_res − c_own) / v))

    Between x_1 and x_2 it is cheapest owned.
    """
    own_until = (reserved_price - owned_capacity_price) / owned_running_price
    return np.minimum(1, np.maximum(hybrid_burst_below, own_until))


def _level(hours_share, utilization):
    """Demand exceeded in `hours_share` of the hours, as a share of the peak; nothing is exceeded all the time."""
    return np.where(hours_share < 1, np.power(1 - hours_share, (1 - utilization) / utilization), 0.0)


def _busy(level, utilization):
    """Use of the slices below `level`, in hours of the peak: ∫ x dd from 0 to the level."""
    return level * (1 - (1 - utilization) * np.power(level, np.divide(utilization, 1 - utilization)))


def hybrid_reserved_level(hybrid_reserved_above, utilization, resident_share):
    """Demand, as a share of its peak, up to which slices are reserved in the cheapest mix; below the resident share
    they are owned. [1]

    d_2 = max(m, d(x_2))

    What may not leave takes the base of the curve and is owned, whatever it costs.
    """
    return np.maximum(resident_share, _level(hybrid_reserved_above, utilization))


def hybrid_owned_level(hybrid_burst_below, utilization, resident_share):
    """Demand, as a share of its peak, above which slices are rented by use in the cheapest mix. [1]

    d_1 = max(m, d(x_1))
    """
    return np.maximum(resident_share, _level(hybrid_burst_below, utilization))


def hybrid_reserved_share(hybrid_reserved_level, resident_share):
    """Share of the peak demand that is reserved in the cheapest mix. [1]

    s_res = d_2 − m
    """
    return hybrid_reserved_level - resident_share


def hybrid_owned_share(hybrid_owned_level, hybrid_reserved_share):
    """Share of the peak demand that is owned in the cheapest mix. [1]

    s_own = d_1 − s_res
    """
    return hybrid_owned_level - hybrid_reserved_share


def hybrid_cost_per_year(
    accelerators,
    owned_capacity_price,
    owned_running_price,
    reserved_price,
    burst_price,
    hybrid_owned_share,
    hybrid_reserved_share,
    hybrid_owned_level,
    hybrid_reserved_level,
    resident_share,
    utilization,
):
    """Cost of the cheapest mix of owned, reserved and by-use accelerators, as a levelised yearly rate. [USD/s]

    K = N · (c_own · s_own + v · busy_own + p_res · s_res + p_od · busy_burst)
    """
    busy_below = _busy(hybrid_owned_level, utilization)
    busy_owned = busy_below - _busy(hybrid_reserved_level, utilization) + _busy(resident_share, utilization)
    owned = owned_capacity_price * hybrid_owned_share + owned_running_price * busy_owned
    rented = reserved_price * hybrid_reserved_share + burst_price * (utilization - busy_below)
    return accelerators * (owned + rented)


def pure_owned_cost_per_year(accelerators, owned_capacity_price, owned_running_price, utilization):
    """Cost of owning for the peak of demand, as a levelised yearly rate. [USD/s]

    K = N · (c_own + v · u)
    """
    return accelerators * (owned_capacity_price + owned_running_price * utilization)


def pure_reserved_cost_per_year(accelerators, reserved_price):
    """Cost of reserving for the peak of demand. [USD/s]

    K = N · p_res
    """
    return accelerators * reserved_price


def pure_burst_cost_per_year(accelerators, burst_price, utilization):
    """Cost of paying all demand by use. [USD/s]

    K = N · p_od · u
    """
    return accelerators * burst_price * utilization


def npv_hybrid(hybrid_cost_per_year, discounted_time):
    """Net present value of the cheapest mix: its costs, as a negative number. [USD]

    NPV = −K · A
    """
    return -hybrid_cost_per_year * discounted_time
