"""What a served token costs in money and energy, against buying it and against another chip."""

import numpy as np


def serving_cost_rate(cost_per_accelerator_hour, installed_accelerators):
    """Levelised cost of the cluster, busy or not. [USD/s]

    C = c · N_installed
    """
    return cost_per_accelerator_hour * installed_accelerators


def cost_per_million_tokens(serving_cost_rate, served_output_tokens_per_second):
    """Cost of output tokens at the real load, prompts included. [USD/token]

    C / R_served

    The whole cluster is paid for by the tokens it really serves: half the load doubles the cost.
    """
    return serving_cost_rate / served_output_tokens_per_second


def cost_per_million_tokens_full(serving_cost_rate, output_tokens_per_second):
    """Cost of output tokens if every replica were always full. [USD/token]

    C / R
    """
    return serving_cost_rate / output_tokens_per_second


def prefill_cost_share__disaggregated(prefill_ranks, replica_ranks):
    """Share of the accelerators that stand in the prefill pool. [1]

    x = r_p / (r + r_p): the share of accelerators in the prefill pool
    """
    return prefill_ranks / (replica_ranks + prefill_ranks)


def cost_per_million_input_tokens(serving_cost_rate, prefill_cost_share, served_input_tokens_per_second):
    """Cost of prompt tokens alone: the share of the cluster that reads them. [USD/token]

    x · C / R_in,served
    """
    return serving_cost_rate * prefill_cost_share / served_input_tokens_per_second


def cost_per_million_output_tokens(serving_cost_rate, prefill_cost_share, served_output_tokens_per_second):
    """Cost of output tokens alone: the share of the cluster that decodes them. [USD/token]

    (1 − x) · C / R_served
    """
    return serving_cost_rate * (1 - prefill_cost_share) / served_output_tokens_per_second


def api_cost_rate(served_input_tokens_per_second, served_output_tokens_per_second, api_input_price, api_output_price):
    """Cost of buying the same tokens from a provider. [USD/s]

    R_in,served · p_in + R_served · p_out
    """
    return served_input_tokens_per_second * api_input_price + served_output_tokens_per_second * api_output_price


def api_saving_per_year(api_cost_rate, serving_cost_rate):
    """What serving on the cluster saves against buying tokens, as a yearly rate. [USD/s]

    saving = C_api − C
    """
    return api_cost_rate - serving_cost_rate


def api_break_even_load(serving_cost_rate, api_cost_rate, serving_load):
    """Load at which serving on the cluster costs as much as buying tokens. [1]

    load* = load · C / C_api

    Above 1 the cluster never pays.
    """
    return serving_load * serving_cost_rate / api_cost_rate


def serving_power(compute_power, network_power, storage_power, busy_power_share, idle_power_share, serving_load, pue):
    """Mean power at the wall while serving. [W]

    P = (P_compute · [idle + (busy − idle) · load] + P_network + P_storage) · PUE
    """
    share = idle_power_share + (busy_power_share - idle_power_share) * serving_load
    return (compute_power * share + network_power + storage_power) * pue


def tokens_per_joule(served_output_tokens_per_second, serving_power):
    """Output tokens for each joule drawn from the grid, at the real load. [token/J]

    R_served / P
    """
    return served_output_tokens_per_second / serving_power


def output_tokens_per_dollar(served_output_tokens_per_second, serving_cost_rate):
    """Output tokens for each dollar of the levelised cost. [token/USD]

    R_served / C
    """
    return served_output_tokens_per_second / serving_cost_rate


def asic_saving_per_token(cost_per_million_tokens, asic_cost_factor):
    """What a token costs less on a purpose-built chip, its development apart. [USD/token]

    saving = c · (1 − f)
    """
    return cost_per_million_tokens * (1 - asic_cost_factor)


def asic_break_even_tokens(asic_development_cost, asic_saving_per_token):
    """Output tokens after which the saving has paid for the chip's development. [token]

    tokens* = C_development / saving; infinite where the chip saves nothing
    """
    return np.divide(asic_development_cost, np.maximum(abs(0 * asic_saving_per_token), asic_saving_per_token))


def accelerator_output_rate(replica_output_rate, replica_accelerators):
    """Output tokens per second of one accelerator in a full replica. [token/s/accelerator]

    R / n
    """
    return replica_output_rate / replica_accelerators


def accelerator_wall_power(accelerator_power, pue):
    """Power of one accelerator at the wall, its share of hosts and network apart. [W/accelerator]

    P = P_rated · PUE
    """
    return accelerator_power * pue


def accelerator_tokens_per_joule(accelerator_output_rate, accelerator_wall_power):
    """Output tokens of a full accelerator for each joule at the wall, hosts and network apart. [token/J]

    R / P
    """
    return accelerator_output_rate / accelerator_wall_power


def accelerator_cost_rate(accelerator_price, analysis_period, accelerator_wall_power, electricity_price):
    """Cost of one accelerator and its energy, everything around it apart. [USD/accelerator/s]

    c = price / T + P · electricity price

    The price is spread evenly over the period without interest or residual value: for ranking, not for budgets.
    """
    return accelerator_price / analysis_period + accelerator_wall_power * electricity_price


def accelerator_tokens_per_dollar(accelerator_output_rate, accelerator_cost_rate):
    """Output tokens of a full accelerator for each dollar of its price and energy. [token/USD]

    R / c
    """
    return accelerator_output_rate / accelerator_cost_rate


def accelerator_tokens_per_total_dollar(accelerator_output_rate, cost_per_accelerator_hour):
    """Output tokens of a full accelerator for each dollar of its levelised cost, everything paid for. [token/USD]

    R / c

    Everything is paid for: server, network, storage, building, energy, staff and software.
    """
    return accelerator_output_rate / cost_per_accelerator_hour


def asic_break_even_time(asic_break_even_tokens, served_output_tokens_per_second):
    """Time after which the saving has paid for the chip's development, at this cluster's load. [s]

    tokens* / R_served
    """
    return asic_break_even_tokens / served_output_tokens_per_second
