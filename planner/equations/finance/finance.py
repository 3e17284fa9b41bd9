"""Owning against renting: present values and levelised costs."""


def operating_cost_per_year(opex_per_year, electricity_bill_per_year, staff_per_year):
    """Running costs other than energy and staff. [USD/s]

    K_o = K_opex − K_energy − K_staff
    """
    return opex_per_year - electricity_bill_per_year - staff_per_year


def opex_total(
    electricity_bill_per_year, energy_time, staff_per_year, staff_time, operating_cost_per_year, operation_time
):
    """Running costs of the whole period, not discounted. [USD]

    K = K_energy · T_e + K_staff · T_s + K_o · T_o
    """
    people = staff_per_year * staff_time
    return electricity_bill_per_year * energy_time + people + operating_cost_per_year * operation_time


def opex_present_worth(
    electricity_bill_per_year,
    discounted_energy_time,
    staff_per_year,
    discounted_staff_time,
    operating_cost_per_year,
    discounted_operation_time,
):
    """Present worth of the running costs. [USD]

    W = K_energy · A_e + K_staff · A_s + K_o · A_o
    """
    people = staff_per_year * discounted_staff_time
    return (
        electricity_bill_per_year * discounted_energy_time
        + people
        + operating_cost_per_year * discounted_operation_time
    )


def tco(capex, refresh_total, opex_total, decommissioning_cost, residual_value):
    """Cost of owning over the whole period before financing and tax, not discounted. [USD]

    TCO = K + K_refresh + K_opex + K_end − V
    """
    return capex + refresh_total + opex_total + decommissioning_cost - residual_value


def npv_own(
    capex,
    refresh_present_worth,
    opex_present_worth,
    decommissioning_cost,
    residual_value,
    end_discount_factor,
    financing_present_worth,
    tax_present_worth,
):
    """Net present value of owning: its costs, as a negative number. [USD]

    NPV = −K − W_refresh − W_opex + (V − K_end) · v^n + W_financing + W_tax

    Parameters
    ----------
    capex : USD, 0 or more
    refresh_present_worth : USD, any
    opex_present_worth : USD, any
    decommissioning_cost : USD, 0 or more
    residual_value : USD, 0 or more
    end_discount_factor : 1, above 0
    financing_present_worth : USD, any
    tax_present_worth : USD, any

    Notes
    -----
    What is bought is paid at the start, what is left is sold at the end. Financing and tax are zero unless they are
    set.
    """
    left = (residual_value - decommissioning_cost) * end_discount_factor
    return left - capex - refresh_present_worth - opex_present_worth + financing_present_worth + tax_present_worth


def npv_cloud(
    cloud_cost_per_year,
    discounted_cloud_time,
    cloud_services_per_year,
    discounted_time,
    cloud_setup_cost,
    cloud_unused_commitment,
    end_discount_factor,
    tax_rate,
):
    """Net present value of renting: its costs, as a negative number. [USD]

    NPV = −(1 − τ) · (K_rent · A_c + K_services · A + K_setup + K_unused · v^n)

    Parameters
    ----------
    cloud_cost_per_year : USD/s, 0 or more
    discounted_cloud_time : s, 0 or more
    cloud_services_per_year : USD/s, 0 or more
    discounted_time : s, 0 or more
    cloud_setup_cost : USD, 0 or more
    cloud_unused_commitment : USD, 0 or more
    end_discount_factor : 1, above 0
    tax_rate : 1, 0 to 1

    Notes
    -----
    The rent follows the chosen price path; the services beside it do not.
    """
    services = cloud_services_per_year * discounted_time + cloud_setup_cost
    committed = cloud_unused_commitment * end_discount_factor
    return (tax_rate - 1) * (cloud_cost_per_year * discounted_cloud_time + services + committed)


def npv_cloud_static(
    cloud_cost_per_year,
    cloud_services_per_year,
    discounted_time,
    cloud_setup_cost,
    cloud_unused_commitment,
    end_discount_factor,
    tax_rate,
):
    """Net present value of renting at today's price throughout. [USD]

    NPV = −(1 − τ) · ((K_rent + K_services) · A + K_setup + K_unused · v^n)
    """
    committed = cloud_setup_cost + cloud_unused_commitment * end_discount_factor
    return (tax_rate - 1) * ((cloud_cost_per_year + cloud_services_per_year) * discounted_time + committed)


def npv_cloud_declining(
    cloud_cost_per_year,
    discounted_declining_cloud_time,
    cloud_services_per_year,
    discounted_time,
    cloud_setup_cost,
    cloud_unused_commitment,
    end_discount_factor,
    tax_rate,
):
    """Net present value of renting at prices that fall as they have fallen. [USD]

    NPV = −(1 − τ) · (K_rent · A_d + K_services · A + K_setup + K_unused · v^n)
    """
    services = cloud_services_per_year * discounted_time + cloud_setup_cost
    committed = cloud_unused_commitment * end_discount_factor
    return (tax_rate - 1) * (cloud_cost_per_year * discounted_declining_cloud_time + services + committed)


def npv_saving(npv_own, npv_cloud):
    """What owning saves against renting, in present value; negative where renting is cheaper. [USD]

    ΔNPV = NPV_own − NPV_cloud
    """
    return npv_own - npv_cloud


def npv_saving_static(npv_own, npv_cloud_static):
    """What owning saves against renting at today's price throughout, in present value. [USD]

    ΔNPV = NPV_own − NPV_cloud,static
    """
    return npv_own - npv_cloud_static


def npv_saving_declining(npv_own, npv_cloud_declining):
    """What owning saves against renting at falling prices, in present value. [USD]

    ΔNPV = NPV_own − NPV_cloud,declining
    """
    return npv_own - npv_cloud_declining


def cloud_cost_declining(cloud_cost_per_year, declining_cloud_time):
    """Rent of the accelerators over the whole period where prices fall, not discounted. [USD]

    K = K_rent · T_d
    """
    return cloud_cost_per_year * declining_cloud_time


def cloud_tco(
    cloud_cost_per_year, cloud_time, cloud_services_per_year, analysis_period, cloud_setup_cost, cloud_unused_commitment
):
    """Cost of renting over the whole period with all services, not discounted. [USD]

    K = K_rent · T_c + K_services · T + K_setup + K_unused
    """
    running = cloud_cost_per_year * cloud_time + cloud_services_per_year * analysis_period
    return running + cloud_setup_cost + cloud_unused_commitment


def saving(cloud_tco, tco):
    """What owning saves against renting, not discounted. [USD]

    S = K_cloud − TCO

    Its sign may differ from that of the present value: decide on the present value.
    """
    return cloud_tco - tco


def saving_share(saving, cloud_tco):
    """What owning saves against renting as a share of renting, not discounted. [1]

    s = S / K_cloud
    """
    return saving / cloud_tco


def cost_per_accelerator_hour(npv_own, installed_accelerators, discounted_time, accounting_hours_share):
    """Levelised cost of an installed accelerator-hour, used or not. [USD/accelerator/s]

    c = −NPV_own / (N · A · h)

    Parameters
    ----------
    npv_own : USD, negative, as it is a cost
    installed_accelerators : accelerator, above 0
    discounted_time : s, above 0
    accounting_hours_share : 1, above 0

    Notes
    -----
    Levelised: at this price for every installed hour, used or not, the present value of owning is zero. What is left at
    the end counts against it.
    """
    return -npv_own / (installed_accelerators * discounted_time * accounting_hours_share)


def useful_share__training(utilization, goodput):
    """Hours in use that end up as kept training progress. [1]

    u_useful = u · g
    """
    return utilization * goodput


def useful_share(utilization, availability, power_chain_availability):
    """Hours in use while the cluster is available and has power. [1]

    u_useful = u · a · a_power
    """
    return utilization * availability * power_chain_availability


def cost_per_useful_accelerator_hour(cost_per_accelerator_hour, useful_share):
    """Levelised cost of an accelerator-hour of useful work. [USD/accelerator/s]

    c_useful = c / u_useful

    Hyperbolic in utilization: idle hours make every useful hour dearer, so the risk is one-sided.
    """
    return cost_per_accelerator_hour / useful_share


def cost_per_compute(cost_per_useful_accelerator_hour, accelerator_peak_bf16):
    """Levelised cost of useful time for each floating-point operation of 16-bit peak. [USD/FLOP]

    c_F = c_useful / F
    """
    return cost_per_useful_accelerator_hour / accelerator_peak_bf16


def rent_saving(tco, cloud_tco):
    """What renting saves against owning, not discounted; negative where owning is cheaper. [USD]

    S = TCO − K_cloud
    """
    return tco - cloud_tco


def rent_saving_share(rent_saving, tco):
    """What renting saves against owning as a share of owning, not discounted. [1]

    s = S / TCO
    """
    return rent_saving / tco


def rented_cost_per_year(cloud_bill_per_year, cloud_setup_cost, analysis_period):
    """Cost of renting with its setup spread over the period, as a yearly rate. [USD/s]

    K = K_cloud + K_setup / T
    """
    return cloud_bill_per_year + cloud_setup_cost / analysis_period


def rented_cost_with_goodput_loss_per_year(rented_cost_per_year, cloud_goodput_loss_per_year):
    """Cost of renting with the rent that buys no kept progress counted on top, as a yearly rate. [USD/s]

    K = K_rented + (1 − g) · K_rent

    The form in which rented clusters of different reliability are compared; not a bill.
    """
    return rented_cost_per_year + cloud_goodput_loss_per_year


def rented_cost_per_useful_accelerator_hour(rented_cost_per_year, accelerators, useful_share, accounting_hours_share):
    """Cost of a rented accelerator-hour of useful work. [USD/accelerator/s]

    c = K_rented / (N · u_useful · h)

    Beside the owned one: the same work, the same losses.
    """
    return rented_cost_per_year / (accelerators * useful_share * accounting_hours_share)
