"""Renting the same accelerators."""

import numpy as np


def cloud_price__instance(cloud_instance_price, cloud_accelerators):
    """Price of a whole instance, shared by its accelerators. [USD/accelerator/s]

    p = p_instance / N_instance: the price of a whole instance, shared by its accelerators
    """
    return cloud_instance_price / cloud_accelerators


def cloud_price__spot(cloud_spot_price, spot_interruption_rate, spot_lost_time):
    """Spot price for each hour of kept work. [USD/accelerator/s]

    p = p_spot / (1 − λ · t_lost)

    Work lost and time spent restarting at each interruption are bought again.
    """
    return np.divide(cloud_spot_price, 1 - spot_interruption_rate * spot_lost_time)


def reserved_break_even_utilization(cloud_reserved_price, cloud_on_demand_price):
    """Utilization at which a reservation costs as much as paying by use. [1]

    u* = p_reserved / p_on_demand
    """
    return cloud_reserved_price / cloud_on_demand_price


def accelerator_hours(accelerators, analysis_period, accounting_hours_share):
    """Accelerator-hours of the period, all hours counted. [accelerator*s]

    H = N · T · h
    """
    return accelerators * analysis_period * accounting_hours_share


def cloud_cost_per_year(accelerators, cloud_billed_share, cloud_price, cloud_commitment, accounting_hours_share):
    """Rent of as many accelerators, as a yearly rate. [USD/s]

    K = max(N · u · p · h, committed spending)
    """
    return np.maximum(accelerators * cloud_billed_share * cloud_price * accounting_hours_share, cloud_commitment)


def cloud_cost(cloud_cost_per_year, analysis_period):
    """Rent of the accelerators over the whole period at today's price, not discounted. [USD]

    K = K_year · T
    """
    return cloud_cost_per_year * analysis_period


def cloud_unused_commitment__reserved_1y(cloud_cost_per_year, analysis_period, calendar_month):
    """Rent from the end of the period to the end of the last committed year. [USD]

    K_rent · (⌈T / 1 year⌉ · 1 year − T)

    Whole terms are committed.
    """
    term = 12 * calendar_month
    return cloud_cost_per_year * (np.ceil(analysis_period / term) * term - analysis_period)


def cloud_unused_commitment__reserved_3y(cloud_cost_per_year, analysis_period, calendar_month):
    """Rent from the end of the period to the end of the last three committed years. [USD]

    K_rent · (⌈T / 3 years⌉ · 3 years − T)

    Whole terms are committed.
    """
    term = 3 * 12 * calendar_month
    return cloud_cost_per_year * (np.ceil(analysis_period / term) * term - analysis_period)


def cloud_support_per_year(cloud_cost_per_year, cloud_support_share):
    """Support plan of the cloud provider. [USD/s]

    K = s · K_rent
    """
    return cloud_support_share * cloud_cost_per_year


def cloud_storage_per_year(storage_capacity, cloud_storage_price):
    """Renting as much storage. [USD/s]

    K = S · k
    """
    return storage_capacity * cloud_storage_price


def cloud_egress_per_year(egress_traffic, cloud_egress_price):
    """Data that leaves the cloud. [USD/s]

    K = B · k
    """
    return egress_traffic * cloud_egress_price


def cloud_debugging_per_year(cloud_cost_per_year, cloud_debugging_share):
    """Rented time lost to faults that the customer must find. [USD/s]

    K = s · K_rent
    """
    return cloud_debugging_share * cloud_cost_per_year


def cloud_setup_cost(cloud_cost_per_year, cloud_setup_time):
    """Rent paid before the rented cluster does useful work. [USD]

    K = K_rent · t_setup
    """
    return cloud_cost_per_year * cloud_setup_time


def cloud_goodput_loss_per_year(cloud_cost_per_year, goodput):
    """Part of the rent that buys no kept progress, because of failures and checkpoints. [USD/s]

    K = (1 − g) · K_rent

    Not a bill of its own: the rent holds it. Owners bear the same share of their own cost.
    """
    return (1 - goodput) * cloud_cost_per_year


def cloud_services_per_year(
    cloud_support_per_year,
    cloud_storage_per_year,
    cloud_egress_per_year,
    cloud_debugging_per_year,
    cloud_hosts_per_year,
):
    """What is paid beside the rent of accelerators. [USD/s]

    K = K_support + K_storage + K_egress + K_debugging + K_hosts
    """
    moved = cloud_storage_per_year + cloud_egress_per_year
    return cloud_support_per_year + moved + cloud_debugging_per_year + cloud_hosts_per_year


def cloud_bill_per_year(cloud_cost_per_year, cloud_services_per_year):
    """Everything paid to rent instead of to own, as a yearly rate. [USD/s]

    K = K_rent + K_services
    """
    return cloud_cost_per_year + cloud_services_per_year


def cloud_escalation__declining(cloud_price_decline):
    """Rents that fall by the same share each year. [1]

    e = −d

    Right for who rents month by month; static prices overstate the rent of several years.
    """
    return -cloud_price_decline


def cloud_price_band_low_margin(cloud_price, cloud_price_band_low):
    """How far the rental price lies above the lower edge of a published band; negative below it. [USD/accelerator/s]

    Δ = p − p_low
    """
    return cloud_price - cloud_price_band_low


def cloud_price_band_high_margin(cloud_price, cloud_price_band_high):
    """How far the rental price lies below the upper edge of a published band; negative above it. [USD/accelerator/s]

    Δ = p_high − p
    """
    return cloud_price_band_high - cloud_price


def run_cloud_cost(run_accelerator_time, cloud_price):
    """Rent of the accelerator-hours of one training run. [USD]

    K = H · p
    """
    return run_accelerator_time * cloud_price


def cloud_price_cut(cloud_price, cloud_earlier_price):
    """How far the rental price has fallen since an earlier date. [1]

    1 − p / p_earlier
    """
    return 1 - cloud_price / cloud_earlier_price


def hosted_requests(hosted_users, hosted_requests_per_user):
    """Requests sent to a hosted model. [request/s]

    q = n · q_user
    """
    return hosted_users * hosted_requests_per_user


def hosted_tokens(hosted_requests, hosted_input_tokens, hosted_output_tokens):
    """Tokens bought from a hosted model, read and written. [token/s]

    τ = q · (τ_in + τ_out)
    """
    return hosted_requests * (hosted_input_tokens + hosted_output_tokens)


def hosted_token_price(hosted_input_tokens, hosted_output_tokens, hosted_input_price, hosted_output_price):
    """Mean price of a token of a hosted model, read or written. [USD/token]

    p = (τ_in · p_in + τ_out · p_out) / (τ_in + τ_out)
    """
    paid = hosted_input_tokens * hosted_input_price + hosted_output_tokens * hosted_output_price
    return paid / (hosted_input_tokens + hosted_output_tokens)


def hosted_cost_per_year(hosted_tokens, hosted_token_price):
    """Cost of buying tokens of a hosted model instead of running one. [USD/s]

    K = τ · p
    """
    return hosted_tokens * hosted_token_price


def rented_cost_per_million_tokens(rented_cost_per_year, served_output_tokens_per_second):
    """Cost of output tokens on a rented cluster at the real load, prompts included. [USD/token]

    c = K_rented / τ
    """
    return rented_cost_per_year / served_output_tokens_per_second
