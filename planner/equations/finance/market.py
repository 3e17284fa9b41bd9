"""Arithmetic of market reports: growth, shares, what clusters and assembly lines add up to."""

import numpy as np


def market_growth(market_start, market_end, market_periods):
    """Yearly compound growth between two market sizes. [1]

    g = (E / S)^(1/n) − 1

    One rate for every year: a report that names a rate and both ends can be checked against itself.
    """
    return (market_end / market_start) ** (1 / market_periods) - 1


def market_multiple(market_rate, market_periods):
    """How many times as large a market becomes at a yearly growth. [1]

    m = (1 + g)^n
    """
    return (1 + market_rate) ** market_periods


def market_forecast(market_start, market_multiple):
    """Market size at the end of the periods. [USD]

    E = S · m
    """
    return market_start * market_multiple


def market_base(market_end, market_multiple):
    """Market size at the start of the periods. [USD]

    S = E / m
    """
    return market_end / market_multiple


def market_segment(market_start, market_share):
    """Size of a segment of the market. [USD]

    K = S · s
    """
    return market_start * market_share


def market_overlap(market_segment, market_second_share):
    """Size of the part that belongs to two segments of different axes, were they independent. [USD]

    K = S · s_1 · s_2
    """
    return market_segment * market_second_share


def market_share_drift(segment_rate, market_rate, market_periods):
    """Factor by which a segment's share of the market changes. [1]

    d = ((1 + g_segment) / (1 + g))^n
    """
    return ((1 + segment_rate) / (1 + market_rate)) ** market_periods


def market_later_share(market_share, market_share_drift):
    """Share of a segment at the end of the periods. [1]

    s_n = s · d
    """
    return market_share * market_share_drift


def market_least_share(market_share, market_share_drift):
    """Lowest share that a leading segment can fall to. [1]

    s_n = 1 − (1 − s) · d

    Every other segment grows as fast as the fastest that the report names.
    """
    return 1 - (1 - market_share) * market_share_drift


def market_rest_growth(market_rate, market_share, segment_rate, market_periods):
    """Yearly growth of everything but one segment. [1]

    g_rest = (((1 + g)^n − s · (1 + g_segment)^n) / (1 − s))^(1/n) − 1
    """
    whole = (1 + market_rate) ** market_periods
    segment = market_share * (1 + segment_rate) ** market_periods
    return np.divide(whole - segment, 1 - market_share) ** (1 / market_periods) - 1


def market_revenue(market_clusters, market_cluster_price):
    """Yearly sales of clusters. [USD/s]

    K = n · k
    """
    return market_clusters * market_cluster_price


def market_next_revenue(market_revenue, market_rate):
    """Sales of clusters one year later. [USD/s]

    K_1 = K · (1 + g)
    """
    return market_revenue * (1 + market_rate)


def market_lines(market_clusters, market_line_rate):
    """Integration lines that a year's clusters keep busy. [production_line]

    L = n / r
    """
    return market_clusters / market_line_rate


def market_line_time(market_line_rate):
    """Time one line takes for one cluster. [s*production_line/cluster]

    t = 1 / r
    """
    return 1 / market_line_rate


def market_line_revenue(market_line_rate, market_cluster_price):
    """Yearly sales of one integration line. [USD/s/production_line]

    K = r · k
    """
    return market_line_rate * market_cluster_price


def market_markup(market_margin):
    """Price over cost at a gross margin. [1]

    m = 1 / (1 − margin)
    """
    return np.divide(1, 1 - market_margin)


def market_cluster_cost(market_cluster_price, market_margin):
    """What a cluster costs its vendor. [USD/cluster]

    K = k · (1 − margin)
    """
    return market_cluster_price * (1 - market_margin)


def market_write_off(market_accelerator_price, market_life):
    """Price of an accelerator spread evenly over its life. [USD/accelerator/s]

    c = k / T
    """
    return market_accelerator_price / market_life


def market_users_per_accelerator(market_users, market_accelerators):
    """Users that one accelerator serves. [user/accelerator]

    u = U / N
    """
    return market_users / market_accelerators


def market_run_cost(market_accelerators, market_run_time, market_rental_price):
    """Rent of the accelerators of one training run. [USD]

    K = N · T · p
    """
    return market_accelerators * market_run_time * market_rental_price


def market_full_speed_mfu(market_mfu, market_exposed_share):
    """Model FLOP utilization were no communication exposed. [1]

    u_0 = u / (1 − f)

    Above 1 the share of exposed communication and the utilization cannot both be true.
    """
    return np.divide(market_mfu, 1 - market_exposed_share)


def market_exposed_share(market_speed_gain):
    """Share of a step in exposed communication that doubling the bandwidth needs for a gain in speed. [1]

    f = 2 · (1 − 1 / (1 + gain))

    Doubling the bandwidth halves what is exposed at best: the step shortens by f / 2.
    """
    return 2 * (1 - 1 / (1 + market_speed_gain))


def market_work_cost(market_saving, market_time_saving):
    """Cost of a unit of work against the alternative, from a saving in cost and one in time. [1]

    r = (1 − saving) · (1 − time saved)
    """
    return (1 - market_saving) * (1 - market_time_saving)


def market_speed_ratio(market_time_saving):
    """Speed against the alternative, from a saving in time. [1]

    r = 1 / (1 − time saved)
    """
    return np.divide(1, 1 - market_time_saving)


def market_phase_rate(market_capacity, market_phase_time):
    """Power brought into service in each unit of time. [W/s]

    r = P / T
    """
    return market_capacity / market_phase_time
