"""What one training run costs: levelised, or with hardware written off by technical progress."""

import numpy as np


def run_accelerator_time(installed_accelerators, time_to_train):
    """Accelerator-hours of one training run. [accelerator*s]

    H = N · T
    """
    return installed_accelerators * time_to_train


def cost_per_training_run(cost_per_accelerator_hour, run_accelerator_time):
    """Levelised cost of owning the cluster for the duration of one training run. [USD]

    K = c · H
    """
    return cost_per_accelerator_hour * run_accelerator_time


def run_cloud_services_cost(
    run_cloud_cost,
    cloud_support_share,
    cloud_debugging_share,
    cloud_storage_per_year,
    cloud_egress_per_year,
    cloud_hosts_per_year,
    time_to_train,
):
    """What is paid beside the rent of accelerators during one training run. [USD]

    K = (s_support + s_debugging) · K_rent + (K_storage + K_egress + K_hosts) · T
    """
    by_time = cloud_storage_per_year + cloud_egress_per_year + cloud_hosts_per_year
    return (cloud_support_share + cloud_debugging_share) * run_cloud_cost + by_time * time_to_train


def cost_per_training_run__rented(run_cloud_cost, run_cloud_services_cost):
    """Cost of renting the cluster for the duration of one training run. [USD]

    K = K_rent + K_services

    Paid for the hours of the run only; rent for a whole period, committed or not, and time of setting up are apart.
    """
    return run_cloud_cost + run_cloud_services_cost


def value_decline_rate(hardware_progress, accounting_month):
    """Rate at which the value of hardware is used up by technical progress. [1/s]

    λ = p / t_y

    Linear in the duration, right for runs of months (Epoch AI, "The rising costs of training frontier AI models").
    """
    return hardware_progress / (12 * accounting_month)


def run_system_value(system_price, system_accelerators):
    """Worth of one accelerator with its share of the server at the start of the run. [USD/accelerator]

    k = k_system / N_system

    Bought for the run; set it for hardware that has aged.
    """
    return system_price / system_accelerators


def run_compute_cost(run_accelerator_time, run_system_value, value_decline_rate):
    """Value that the servers lose during the run. [USD]

    K = H · k · λ
    """
    return run_accelerator_time * run_system_value * value_decline_rate


def run_accelerator_cost(run_compute_cost, server_price_ratio):
    """Value that the accelerators alone lose during the run. [USD]

    K_a = K / ρ
    """
    return run_compute_cost / server_price_ratio


def run_host_cost(run_compute_cost, run_accelerator_cost):
    """Value that the rest of the servers loses during the run. [USD]

    K_h = K − K_a
    """
    return run_compute_cost - run_accelerator_cost


def run_network_cost(run_compute_cost, cluster_network_share):
    """Value that the interconnect loses during the run. [USD]

    K_n = K · f / (1 − f),  f: share of the interconnect in the price of the cluster
    """
    return np.divide(run_compute_cost * cluster_network_share, 1 - cluster_network_share)


def run_energy(run_accelerator_time, accelerator_power, server_power_ratio, run_load, pue):
    """Energy drawn from the grid during the run. [J]

    E = H · P · ρ_P · s · PUE
    """
    return run_accelerator_time * accelerator_power * server_power_ratio * run_load * pue


def run_energy_cost(run_energy, electricity_price):
    """Cost of the run's energy. [USD]

    K_e = E · p
    """
    return run_energy * electricity_price


def amortized_run_cost(run_compute_cost, run_network_cost, run_energy_cost):
    """Cost of the run: value that servers and network lose, and energy. [USD]

    K = K_compute + K_network + K_energy

    No staff, building or research runs.
    """
    return run_compute_cost + run_network_cost + run_energy_cost


def amortized_run_cost_real(amortized_run_cost, price_index, price_index_base):
    """Cost of the run at the price level of the base month. [USD]

    K_real = K · I_base / I
    """
    return amortized_run_cost * price_index_base / price_index


def acquisition_cost(accelerators, acquisition_price, cluster_network_share):
    """Price of the servers of the run with their interconnect. [USD]

    K = N · k / (1 − f)
    """
    return np.divide(accelerators * acquisition_price, 1 - cluster_network_share)


def acquisition_cost_real(acquisition_cost, price_index, price_index_base):
    """Price of the servers and the interconnect at the price level of the base month. [USD]

    K_real = K · I_base / I
    """
    return acquisition_cost * price_index_base / price_index
