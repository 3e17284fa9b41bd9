"""From users to requests, tokens and the replicas that serve them, and back."""

import numpy as np


def output_tokens(answer_tokens, reasoning_factor):
    """Tokens of an answer, mean, hidden reasoning included. [token]

    S_out = answer · reasoning factor
    """
    return answer_tokens * reasoning_factor


def mean_request_rate(users, requests_per_user):
    """Requests of all users, mean over the day. [request/s]

    λ = users · requests per user
    """
    return users * requests_per_user


def hour_factor(hour_of_day, peak_hour, day_length, day_peak_factor):
    """Rate of requests at an hour over the mean of the day. [1]

    f(h) = max(0, 1 + (f_day − 1) · cos(2π · (h − h_peak) / 24 h))

    A smooth day with one peak, as of users in neighbouring time zones; its mean is 1 up to f_day = 2.
    """
    return np.maximum(0, 1 + (day_peak_factor - 1) * np.cos(2 * np.pi * (hour_of_day - peak_hour) / day_length))


def request_rate_at_hour(mean_request_rate, hour_factor):
    """Requests of all users at one hour of the day. [request/s]

    λ(h) = λ · f(h)
    """
    return mean_request_rate * hour_factor


def peak_request_rate(mean_request_rate, day_peak_factor, burst_factor):
    """Requests that the service must stand: the peak minute of the peak hour. [request/s]

    λ_peak = λ · f_day · f_burst
    """
    return mean_request_rate * day_peak_factor * burst_factor


def input_tokens_demand(mean_request_rate, input_tokens, one_request):
    """Prompt tokens that users send, mean over the day. [token/s]

    λ · S_in
    """
    return mean_request_rate * input_tokens / one_request


def output_tokens_demand(mean_request_rate, output_tokens, one_request):
    """Output tokens that users ask for, mean over the day. [token/s]

    λ · S_out
    """
    return mean_request_rate * output_tokens / one_request


def peak_output_tokens_demand(peak_request_rate, output_tokens, one_request):
    """Output tokens that users ask for in the peak minute. [token/s]

    λ_peak · S_out
    """
    return peak_request_rate * output_tokens / one_request


def stage_accelerators(tensor_parallel, attention_groups, accelerators_per_rank):
    """Accelerators of one pipeline stage of a replica. [accelerator]

    n_s = tp · d · accelerators per rank
    """
    return tensor_parallel * attention_groups * accelerators_per_rank


def packed_share(accelerators, system_scaleup_domain, stage_accelerators):
    """Share of a scale-up domain's accelerators that whole stages fill. [1]

    ⌊D / n_s⌋ · n_s / D,  D no larger than the cluster; 1 where a stage is larger than a domain

    64 ranks in a domain of 72 leave 8 accelerators without work.
    """
    domain = np.minimum(system_scaleup_domain, accelerators)
    return np.where(stage_accelerators > domain, 1, np.floor(domain / stage_accelerators) * stage_accelerators / domain)


def replica_stages(accelerators, system_scaleup_domain, stage_accelerators):
    """Pipeline stages that the cluster has room for, none astride two scale-up domains. [1]

    s = ⌊N / D⌋ · ⌊D / n_s⌋ + ⌊(N − ⌊N / D⌋ · D) / n_s⌋ where n_s ≤ D, else ⌊N / n_s⌋
    """
    domains = np.floor(accelerators / system_scaleup_domain)
    rest = accelerators - domains * system_scaleup_domain
    within = domains * np.floor(system_scaleup_domain / stage_accelerators) + np.floor(rest / stage_accelerators)
    return np.where(stage_accelerators > system_scaleup_domain, np.floor(accelerators / stage_accelerators), within)


def replicas(replica_stages, stage_accelerators, replica_accelerators, spare_share):
    """Copies of the model that serve side by side. [1]

    r = r_0 − round(r_0 · spare),  r_0 = ⌊s · n_s / n⌋

    Spares are whole replicas, as near to their share as that allows: a few replicas keep none for a share of a few
    per cent.  Spares and what is left over serve nobody.
    """
    whole = np.floor(replica_stages * stage_accelerators / replica_accelerators)
    return whole - np.round(whole * spare_share)


def output_tokens_per_second(replica_output_rate, replicas):
    """Output tokens per second of the cluster with every replica full. [token/s]

    R = r · R_replica
    """
    return replica_output_rate * replicas


def input_tokens_per_second(output_tokens_per_second, input_tokens, output_tokens):
    """Prompt tokens per second that go with the output of the full cluster. [token/s]

    R_in = R · S_in / S_out
    """
    return output_tokens_per_second * input_tokens / output_tokens


def output_tokens_per_second_per_accelerator(output_tokens_per_second, accelerators):
    """Output tokens per second of one accelerator, spares and leftovers included. [token/s/accelerator]

    R / N
    """
    return output_tokens_per_second / accelerators


def request_capacity(output_tokens_per_second, output_tokens, one_request, target_load):
    """Requests that the cluster takes with room for queueing. [request/s]

    λ_max = ρ · R / S_out

    Beyond the target load waiting times grow without bound.
    """
    return target_load * output_tokens_per_second / output_tokens * one_request


def users_served(request_capacity, requests_per_user, day_peak_factor, burst_factor):
    """Users whose peak the cluster stands within the limits on latency. [user]

    users = λ_max / (requests per user · f_day · f_burst)
    """
    return request_capacity / (requests_per_user * day_peak_factor * burst_factor)


def users_margin(users_served, users):
    """Users that the cluster could take beside those asked for. [user]

    margin = users served − users
    """
    return users_served - users


def users_use(users, users_served):
    """Users asked for over those that the cluster serves. [1]

    u = users / users served
    """
    return users / users_served


def output_rate_margin(output_tokens_per_second, required_output_tokens_per_second, target_load):
    """Output tokens per second beyond what is required. [token/s]

    margin = ρ · R − required
    """
    return target_load * output_tokens_per_second - required_output_tokens_per_second


def output_rate_use(output_tokens_per_second, required_output_tokens_per_second, target_load):
    """Output tokens per second required over those that the cluster keeps up. [1]

    u = required / (ρ · R)
    """
    return required_output_tokens_per_second / (target_load * output_tokens_per_second)


def sustained_output_tokens_per_second(output_tokens_per_second, target_load):
    """Output tokens per second that the cluster keeps up with room for queueing. [token/s]

    ρ · R
    """
    return target_load * output_tokens_per_second


def requests_in_flight(peak_request_rate, ttft, answer_time, one_request):
    """Requests that wait or are answered at once in the peak minute. [1]

    N = λ_peak · (TTFT + T)

    Little's law.
    """
    return peak_request_rate * (ttft + answer_time) / one_request


def serving_load__users(output_tokens_demand, output_tokens_per_second):
    """Tokens that the users ask for over those that the cluster can write, at most all. [1]

    load = min(1, demand / R)
    """
    return np.minimum(1, output_tokens_demand / output_tokens_per_second)


def served_output_tokens_per_second(output_tokens_per_second, serving_load):
    """Output tokens per second that users get, mean over time. [token/s]

    R_served = load · R
    """
    return output_tokens_per_second * serving_load


def served_input_tokens_per_second(input_tokens_per_second, serving_load):
    """Prompt tokens per second that are taken in, mean over time. [token/s]

    R_in,served = load · R_in
    """
    return input_tokens_per_second * serving_load
