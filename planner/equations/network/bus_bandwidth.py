"""Collectives over the whole cluster, as benchmarks print them: bus bandwidth, wire rate and time."""

import numpy as np


def collective_ranks(installed_accelerators, one_rank):
    """Ranks that take part in a collective over the whole cluster. [1]

    n
    """
    return installed_accelerators / one_rank


def remote_traffic_share(collective_domains, collective_ranks):
    """Share of a ring's traffic that leaves the scale-up domain, for each accelerator. [1]

    (k − 1) / (n − 1)

    Four nodes of eight send 3 parts in 31 over the network: taking all of it for network traffic is far too slow.
    """
    return (collective_domains - 1) / np.maximum(1, collective_ranks - 1)


def bus_bandwidth(scaleup_rate, network_rate, remote_traffic_share, collective_payload, collective_half_payload):
    """Bus bandwidth of an all-reduce over the whole cluster, as benchmarks print it. [B/s/accelerator]

    b = min(b_up, b_out / remote share) · P / (P + P_half)

    Parameters
    ----------
    scaleup_rate : B/s/accelerator, 0 or more
    network_rate : B/s/accelerator, 0 or more
    remote_traffic_share : 1, 0 to 1
    collective_payload : B/accelerator, above 0
    collective_half_payload : B/accelerator, 0 or more

    Notes
    -----
    A ring in tiers: all adapters of a scale-up domain carry its traffic together, and the payload ramps up to the full
    rate.

    An upper bound on large clusters: beyond about 1,000 accelerators measured values fall below it, 847 to 406 GB/s
    from 1 to 20 racks of GB200. Reduction within the switches reaches more than a ring.
    """
    outside = np.where(
        remote_traffic_share > 0, network_rate / np.maximum(remote_traffic_share, 0.0), np.inf * network_rate
    )
    ramp = collective_payload / (collective_payload + collective_half_payload)
    return np.minimum(scaleup_rate, outside) * ramp


def measured_bus_bandwidth(collective_payload, collective_ranks, measured_collective_time):
    """Bus bandwidth of an all-reduce that was timed. [B/s/accelerator]

    b = 2 (n − 1) / n · P / t
    """
    return 2 * (collective_ranks - 1) / collective_ranks * collective_payload / measured_collective_time


def measured_algorithm_bandwidth(collective_payload, measured_collective_time):
    """Payload over the time of a collective that was timed. [B/s/accelerator]

    P / t
    """
    return collective_payload / measured_collective_time


def wire_rate(bus_bandwidth, remote_traffic_share):
    """Rate of one accelerator on the network during the collective. [B/s/accelerator]

    b · (k − 1) / (n − 1)
    """
    return bus_bandwidth * remote_traffic_share


def cluster_all_reduce_time(collective_payload, collective_ranks, bus_bandwidth):
    """Time of an all-reduce over the whole cluster. [s]

    t = 2 (n − 1) / n · P / b

    Parameters
    ----------
    collective_payload : B/accelerator, above 0
    collective_ranks : 1, 1 or more
    bus_bandwidth : B/s/accelerator, above 0

    Notes
    -----
    Reduce-scatter and all-gather in a ring: each rank sends (n − 1) / n of the payload twice. Start-up times are left
    out: small payloads take longer.
    """
    return 2 * (collective_ranks - 1) / collective_ranks * collective_payload / bus_bandwidth


def cluster_all_gather_time(collective_payload, collective_ranks, bus_bandwidth):
    """Time of an all-gather or reduce-scatter over the whole cluster. [s]

    t = (n − 1) / n · P / b
    """
    return (collective_ranks - 1) / collective_ranks * collective_payload / bus_bandwidth


def one_adapter_time(collective_payload, system_scaleout_bandwidth):
    """Time for one adapter to send the whole payload: what hierarchical collectives stay far below. [s]

    t = P / b_out
    """
    return collective_payload / system_scaleout_bandwidth


def in_switch_gain(in_switch_bus_bandwidth, bus_bandwidth):
    """Bus bandwidth with reduction in the switches over that of a ring. [1]

    b_switch / b_ring

    Bus bandwidth is then no wire rate: 1.29 measured on 8 H200, none at four accelerators and fewer.
    """
    return in_switch_bus_bandwidth / bus_bandwidth
