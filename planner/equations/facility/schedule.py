"""When the cluster is in service: the critical path over hardware, building, electrical gear and grid, then
integration and acceptance.  Times count from the day of the decision.
"""

import numpy as np


def hardware_lead_time(base_lead_time, supply_lead_factor, buyer_lead_factor):
    """Time from the order to the first systems on site. [s]

    t = t_0 · supply factor · buyer factor
    """
    return base_lead_time * supply_lead_factor * buyer_lead_factor


def purchase_price(system_price, purchase_price_share):
    """Price of one system on the day on which it is bought. [USD/system]

    k = k_system · s
    """
    return system_price * purchase_price_share


def gear_time__build(transformer_lead_time, switchgear_lead_time, generator_lead_time, cooling_lead_time):
    """The longest of the lead times, with all gear ordered on the first day. [s]

    t = max(t_transformer, t_switchgear, t_generator, t_cooling), all ordered on the first day
    """
    power = np.maximum(transformer_lead_time, np.maximum(switchgear_lead_time, generator_lead_time))
    return np.maximum(power, cooling_lead_time)


def gear_time__retrofit(switchgear_lead_time, cooling_lead_time):
    """More power in a rack needs new distribution and cooling. [s]

    t = max(t_switchgear, t_cooling), both ordered on the first day
    """
    return np.maximum(switchgear_lead_time, cooling_lead_time)


def grid_time__build(site_grid_wait, own_generation_time):
    """Wait for the grid, or for power of one's own that bridges it. [s]

    t = min(wait for the grid, time until generation of one's own bridges it)
    """
    return np.minimum(site_grid_wait, own_generation_time)


def energized_time(hall_time, gear_time, gear_install_time, grid_time, commissioning_time):
    """Time until the hall has power and cooling, tested. [s]

    t = max(t_hall, t_gear + t_install where there is gear, t_grid) + t_commissioning
    """
    gear = gear_time + gear_install_time * np.where(gear_time > 0, 1.0, 0.0)
    return np.maximum(np.maximum(hall_time, gear), grid_time) + commissioning_time


def integration_clusters(racks, racks_per_cluster):
    """Average clusters of an integration line that the racks make. [1]

    n = n_rack / racks of an average cluster

    The line rate is stated for clusters of about 2.8 M USD, which is one NVL72-class rack or two racks of servers.
    """
    return racks / racks_per_cluster


def integration_lines(racks, line_racks):
    """Integration lines that work on the cluster. [1]

    n = ⌈n_rack / racks of one line⌉

    Large projects run lines side by side, one hall after another.
    """
    return np.ceil(racks / line_racks)


def install_time(integration_clusters, integration_lines, integration_rate):
    """Time to install, cable and test the racks. [s]

    t = n / (lines · rate)
    """
    return integration_clusters / (integration_lines * integration_rate)


def installation_start(energized_time, hardware_lead_time):
    """Time until installation starts. [s]

    t = max(t_energized, t_hardware)
    """
    return np.maximum(energized_time, hardware_lead_time)


def time_to_service(installation_start, install_time, acceptance_time):
    """Time from the decision until the whole cluster is in service. [s]

    t = max(t_energized, t_hardware) + t_install + t_acceptance
    """
    return installation_start + install_time + acceptance_time


def first_service_time(installation_start, install_time, phases, acceptance_time):
    """Time until the first phase is in service. [s]

    t = start + t_install / phases + t_acceptance
    """
    return installation_start + install_time / phases + acceptance_time


def phase_power(facility_power, phases):
    """Facility power of one phase. [W]

    P = P_facility / phases
    """
    return facility_power / phases


def rollout_rate(installed_accelerators, install_time):
    """Accelerators installed in a given time. [accelerator/s]

    N / t_install
    """
    return installed_accelerators / install_time


def rollout_power(facility_power, install_time):
    """Facility power that goes into service in a given time. [W/s]

    P / t_install
    """
    return facility_power / install_time


def service_margin(service_deadline, time_to_service):
    """Time left before the date of service. [s]

    margin = t_deadline − t
    """
    return service_deadline - time_to_service


def grid_date_use(grid_time, commissioning_time, install_time, acceptance_time, service_deadline):
    """Share of the time before the date of service that the path over the grid takes. [1]

    u = (t_grid + t_commissioning + t_install + t_acceptance) / t_deadline
    """
    return (grid_time + commissioning_time + install_time + acceptance_time) / service_deadline


def building_date_use(hall_time, gear_time, commissioning_time, install_time, acceptance_time, service_deadline):
    """Share of the time before the date of service that the path over hall and gear takes. [1]

    u = (max(t_hall, t_gear) + t_commissioning + t_install + t_acceptance) / t_deadline
    """
    path = np.maximum(hall_time, gear_time) + commissioning_time + install_time + acceptance_time
    return path / service_deadline


def supply_date_use(hardware_lead_time, install_time, acceptance_time, service_deadline):
    """Share of the time before the date of service that the path over hardware takes. [1]

    u = (t_hardware + t_install + t_acceptance) / t_deadline
    """
    return (hardware_lead_time + install_time + acceptance_time) / service_deadline


def rentable_value_of_delay(installed_accelerators, cloud_price, delay):
    """Rental value of the accelerators over a delay. [USD]

    K = N · p · t
    """
    return installed_accelerators * cloud_price * delay
