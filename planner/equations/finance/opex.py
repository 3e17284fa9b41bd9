"""What must be paid while the cluster runs, as yearly rates."""

import numpy as np


def maintenance_per_year(capex_it, maintenance_share):
    """Hardware support and spare parts. [USD/s]

    K = m · K_IT
    """
    return maintenance_share * capex_it


def staff_per_year(nodes, staff_per_node, staff_minimum, staff_price):
    """People who run the cluster. [USD/s]

    K = (n_0 + n_node · s) · k
    """
    return (staff_minimum + nodes * staff_per_node) * staff_price


def software_per_year(installed_accelerators, software_licence_share, software_licence_price):
    """Software licences and subscriptions. [USD/s]

    K = N · share · k
    """
    return installed_accelerators * software_licence_share * software_licence_price


def facility_per_year(capex_facility, facility_operation_share, it_power, facility_operation_price):
    """Running a hall of one's own: maintenance, security, cleaning. [USD/s]

    K = s · K_facility + P_IT · k

    Studies in the manner of "The Datacenter as a Computer" give the second form, others the first.
    """
    return capex_facility * facility_operation_share + it_power * facility_operation_price


def facility_per_year__colocation(it_power, colocation_price, colocation_extras):
    """Rent of space with power and cooling, energy excluded. [USD/s]

    K = P_IT · k + k_extras

    Extras are charges that do not follow power: cross connects, remote hands, bandwidth.
    """
    return it_power * colocation_price + colocation_extras


def water_cost_per_year(water_per_year, water_price):
    """Water used on site. [USD/s]

    K = W · k
    """
    return water_per_year * water_price


def insurance_per_year(capex_it, capex_facility, insurance_share):
    """Insurance of equipment and building. [USD/s]

    K = s · (K_IT + K_facility)
    """
    return insurance_share * (capex_it + capex_facility)


def property_tax_per_year(capex_it, capex_facility, property_tax_share):
    """Property tax on equipment and building. [USD/s]

    K = s · (K_IT + K_facility)

    Many places exempt data centres for years: the share is an effective one.
    """
    return property_tax_share * (capex_it + capex_facility)


def transit_per_year(egress_traffic, transit_price):
    """Network transit of data that leaves the owned site. [USD/s]

    K = B · k
    """
    return egress_traffic * transit_price


def opex_per_year(
    electricity_bill_per_year,
    water_cost_per_year,
    staff_per_year,
    maintenance_per_year,
    software_per_year,
    facility_per_year,
    insurance_per_year,
    property_tax_per_year,
    transit_per_year,
):
    """Everything that must be paid while the cluster runs, as a yearly rate. [USD/s]

    K = K_energy + K_water + K_staff + K_maintenance + K_software + K_facility + K_insurance + K_tax + K_transit
    """
    running = electricity_bill_per_year + water_cost_per_year + staff_per_year + maintenance_per_year
    return (
        running + software_per_year + facility_per_year + insurance_per_year + property_tax_per_year + transit_per_year
    )


def decommissioning_cost(capex_it, decommissioning_share):
    """Taking the equipment out, wiping it and disposing of it at the end. [USD]

    K = s · K_IT
    """
    return decommissioning_share * capex_it


def system_power(accelerator_power, system_accelerators, accelerator_power_share):
    """Rated power of one system, where its maker publishes none. [W/system]

    P_system = N_system · P_accelerator / s
    """
    return system_accelerators * accelerator_power / accelerator_power_share


def accelerator_energy_cost_per_year(accelerator_draw, mean_load, pue, electricity_price):
    """Energy of the accelerators alone with their share of cooling, a part of the bill. [USD/s]

    K = P_accelerators · s · PUE · p
    """
    return accelerator_draw * mean_load * pue * electricity_price


def host_energy_cost_per_year(host_power, mean_load, pue, electricity_price):
    """Energy of hosts with their share of cooling, a part of the bill. [USD/s]

    K = P_host · s · PUE · p
    """
    return host_power * mean_load * pue * electricity_price


def accelerator_draw(installed_accelerators, accelerator_power, system_derating, compute_power):
    """Power of all installed accelerators within the systems, derated like the systems. [W]

    P_accelerators = min(P_compute, N_installed · P · s_derating)

    Makers rate an accelerator above what a system lets all of them draw at once; the system's rating then holds.
    """
    return np.minimum(compute_power, installed_accelerators * accelerator_power * system_derating)


def host_power(compute_power, accelerator_draw):
    """Power of what surrounds the accelerators in the systems. [W]

    P_host = P_compute − P_accelerators
    """
    return compute_power - accelerator_draw


def compute_energy_cost_per_year(accelerator_energy_cost_per_year, host_energy_cost_per_year):
    """Energy of the systems with their share of cooling. [USD/s]

    K = K_accelerator + K_host
    """
    return accelerator_energy_cost_per_year + host_energy_cost_per_year
