"""Owning against renting: present values, levelised costs, break-even."""

import numpy as np


def discounted_time(analysis_period, discount_rate, accounting_month):
    """Present worth of one dollar a second, paid through the whole period. [s]

    A = t_m · (1 − v^n) / (1/v − 1),  v = (1 + r)^(−1/12),  n = T / t_m

    Paid at the end of each month; a rate of zero gives the period itself.
    """
    months = analysis_period / accounting_month
    monthly = (1 + discount_rate) ** (1 / 12) - 1
    safe = np.where(monthly > 0, monthly, 1)
    return accounting_month * np.where(monthly > 0, (1 - (1 + safe) ** -months) / safe, months)


def residual_value__exponential(capex_compute, value_decline, analysis_period, accounting_month):
    """What the systems are worth at the end of the period. [USD]

    V = K · (1 − d)^(T in years)

    The market value falls with the price of the same performance (Epoch AI: 0.14 orders of magnitude a year).
    """
    return capex_compute * (1 - value_decline) ** (analysis_period / accounting_month / 12)


def residual_value__straight_line(capex_compute, service_life, analysis_period):
    """What the systems are worth at the end of the period. [USD]

    V = K · max(0, 1 − T / T_life)
    """
    return capex_compute * np.maximum(0, 1 - analysis_period / service_life)


def residual_value__zero(capex_compute):
    """What the systems are worth at the end of the period. [USD]

    V = 0
    """
    return 0 * capex_compute


def tco(capex, opex_per_year, analysis_period, residual_value):
    """Cost of owning over the whole period, not discounted. [USD]

    TCO = K + K_opex · T − V
    """
    return capex + opex_per_year * analysis_period - residual_value


def npv_own(capex, opex_per_year, discounted_time, residual_value, discount_rate, analysis_period, accounting_month):
    """Net present value of owning: its costs, as a negative number. [USD]

    NPV = −K − K_opex · A + V · (1 + r)^(−T in years)
    """
    years = analysis_period / accounting_month / 12
    return residual_value * (1 + discount_rate) ** -years - capex - opex_per_year * discounted_time


def npv_cloud(cloud_cost_per_year, discounted_time):
    """Net present value of renting: its costs, as a negative number. [USD]

    NPV = −K_cloud · A
    """
    return -cloud_cost_per_year * discounted_time


def npv_saving(npv_own, npv_cloud):
    """What owning saves against renting, in present value. [USD]

    ΔNPV = NPV_own − NPV_cloud
    """
    return npv_own - npv_cloud


def cost_per_accelerator_hour(npv_own, installed_accelerators, discounted_time):
    """Levelised cost of an installed accelerator-hour, used or not. [USD/accelerator/s]

    c = −NPV_own / (N · A)
    """
    return -npv_own / (installed_accelerators * discounted_time)


def useful_share__training(utilization, goodput):
    """Share of all hours that end up as useful work. [1]

    u_useful = u · g
    """
    return utilization * goodput


def useful_share__inference(utilization, availability):
    """Share of all hours that end up as useful work. [1]

    u_useful = u · a
    """
    return utilization * availability


def useful_share__capacity(utilization, availability):
    """Share of all hours that end up as useful work. [1]

    u_useful = u · a
    """
    return utilization * availability


def cost_per_useful_accelerator_hour(cost_per_accelerator_hour, useful_share):
    """Levelised cost of an accelerator-hour of useful work. [USD/accelerator/s]

    c_useful = c / u_useful
    """
    return cost_per_accelerator_hour / useful_share


def break_even_utilization(cost_per_accelerator_hour, installed_accelerators, accelerators, cloud_price):
    """Utilization at which owning costs as much as renting by the hour. [1]

    u* = c · N_installed / (N · p)

    Above 1 owning never pays.
    """
    return cost_per_accelerator_hour * installed_accelerators / (accelerators * cloud_price)


def break_even_time(capex, cloud_cost_per_year, opex_per_year):
    """Time after which owning has cost less than renting, not discounted. [s]

    t* = K / (K_cloud − K_opex)

    Not a number where renting costs less than running the owned cluster.
    """
    saved = cloud_cost_per_year - opex_per_year
    return capex / np.where(saved > 0, saved, np.nan * saved)


def cost_per_training_run(cost_per_accelerator_hour, installed_accelerators, time_to_train):
    """Levelised cost of owning the cluster for the duration of one training run. [USD]

    K = c · N · T
    """
    return cost_per_accelerator_hour * installed_accelerators * time_to_train
