"""What a day of delay costs, by its cause, and what idle hardware costs.

Two views of one loss, never summed.  Capital, lost value and rent of what stands ready are paid with or without the
delay, so the delay itself loses the benefit less what is not spent meanwhile; the carrying cost of idle hardware and
of an empty facility is what the owner pays for nothing in that time.
"""

import numpy as np


def capacity_value(accelerators, useful_share, cloud_price, accounting_hours_share):
    """Worth of the cluster's useful hours at the rental price. [USD/s]

    B = N · u_useful · p · h
    """
    return accelerators * useful_share * cloud_price * accounting_hours_share


def idle_compute_cost(capex_it, value_decline_rate, discount_rate, accounting_month):
    """Cost of IT equipment that is delivered and stands still: lost value and capital. [USD/s]

    K = K_IT · (λ + r / t_y)
    """
    return capex_it * (value_decline_rate + discount_rate / (12 * accounting_month))


def idle_facility_cost(
    capex_facility, capex_grid_connection, discount_rate, accounting_month, facility_per_year, idle_demand_cost
):
    """Cost of a facility that is ready and stands empty: capital, rent and the power that must be paid anyway. [USD/s]

    K = (K_facility + K_grid) · r / t_y + k_facility + k_demand
    """
    capital = (capex_facility + capex_grid_connection) * discount_rate / (12 * accounting_month)
    return capital + facility_per_year + idle_demand_cost


def idle_demand_cost(minimum_demand_share, contracted_demand, demand_price, demand_charged):
    """Demand charge of a connection that draws nothing. [USD/s]

    K = m · P_contract · d where the tariff has a demand charge
    """
    return minimum_demand_share * contracted_demand * demand_price * demand_charged


def avoided_cost(electricity_bill_per_year, water_cost_per_year, idle_demand_cost):
    """Running costs that a cluster without power does not have. [USD/s]

    K = K_energy + K_water − K_demand,idle
    """
    return electricity_bill_per_year + water_cost_per_year - idle_demand_cost


def delay_cost_grid(capacity_value, avoided_cost, idle_demand_cost):
    """Cost of waiting a day for the grid: hardware delivered, building ready, no power. [USD/s]

    K = B − K_avoided − K_demand,idle: a connection that is not there charges nothing

    Hardware and building cost the same with the delay as without it: K_idle is not added.
    """
    return capacity_value - avoided_cost - idle_demand_cost


def delay_cost_cooling(capacity_value, avoided_cost):
    """Cost of waiting a day for cooling: hardware delivered, power there, no heat removed. [USD/s]

    K = B − K_avoided

    Hardware and building cost the same with the delay as without it: K_idle is not added.
    """
    return capacity_value - avoided_cost


def delay_cost_supply(capacity_value, avoided_cost, capex_it, discount_rate, accounting_month):
    """Cost of waiting a day for hardware: building ready and empty, nothing paid for hardware yet. [USD/s]

    K = B − K_avoided − K_IT · r / t_y

    Hardware paid for on delivery ties up no capital before. Its price is fixed by the order and technical progress
    goes on meanwhile, so lost value is not avoided.
    """
    return capacity_value - avoided_cost - capex_it * discount_rate / (12 * accounting_month)


def cost_of_delay(delay, cost_of_delay_per_day):
    """Cost of a delay of the cause chosen. [USD]

    K = t · K_day
    """
    return delay * cost_of_delay_per_day


def idle_hardware_time(energized_time, hardware_lead_time):
    """Time for which hardware ordered at the start waits for power. [s]

    t = max(0, t_energized − t_hardware)

    Ordering later by as much avoids it.
    """
    return np.maximum(0, energized_time - hardware_lead_time)


def idle_hardware_cost(idle_compute_cost, idle_hardware_time):
    """Cost of hardware that is ordered at the start and waits for power. [USD]

    K = K_idle,IT · t
    """
    return idle_compute_cost * idle_hardware_time
