"""Where a model may stand: from a latency budget to a distance and a place."""

import numpy as np


def compute_latency(ttft, tpot, latency_tokens, one_token):
    """Time until the user has what the latency budget counts. [s]

    t = TTFT + (n − 1) · TPOT

    n = 1 counts the first token only.
    """
    return ttft + (latency_tokens / one_token - 1) * tpot


def network_budget(latency_budget, compute_latency, access_latency):
    """Time left for the way to the model and back. [s]

    t_net = budget − compute − access
    """
    return latency_budget - compute_latency - access_latency


def allowed_distance(network_budget, fibre_speed, route_factor):
    """Straight distance within which the model must stand. [m]

    x = max(0, t_net) / 2 · v / detour

    Light in fibre takes 1 ms there and back for each 100 km of cable; cables are longer than straight lines.
    """
    return np.maximum(0, network_budget) / 2 * fibre_speed / route_factor


def edge_place(network_budget, site_round_trip, metro_round_trip, region_round_trip):
    """The farthest place that keeps the latency budget. [1]

    1 + (t_net ≥ t_site) + (t_net ≥ t_metro) + (t_net ≥ t_region)

    Farther places are cheaper for each token: larger clusters, shared load, cheaper power.
    """
    reached = np.where(network_budget >= site_round_trip, 1, 0) + np.where(network_budget >= metro_round_trip, 1, 0)
    return 1 + reached + np.where(network_budget >= region_round_trip, 1, 0)


def distance_margin(allowed_distance, user_distance):
    """Distance left between where the users are and where the model stands. [m]

    margin = x − distance
    """
    return allowed_distance - user_distance


def edge_output_rate(accelerator_output_rate, edge_accelerators):
    """Output tokens per second of one full edge box. [token/s/system]

    R_box = R_accelerator · n
    """
    return accelerator_output_rate * edge_accelerators


def edge_cost_rate(edge_price, analysis_period, edge_power, electricity_price):
    """Cost of one edge box and its energy. [USD/s/system]

    c = price / T + P · electricity price

    At its highest power, without interest, hands or a contract: a floor under the cost of the place.
    """
    return edge_price / analysis_period + edge_power * electricity_price


def edge_cost_per_million_tokens(edge_cost_rate, edge_output_rate, utilization):
    """Cost of output tokens at the edge, at the real load of a box. [USD/token]

    c / (R_box · utilization)
    """
    return edge_cost_rate / (edge_output_rate * utilization)
