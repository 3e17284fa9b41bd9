"""Renting the same accelerators."""


def cloud_price__on_demand(cloud_on_demand_price):
    """Price of renting one accelerator. [USD/accelerator/s]

    p = on-demand price of the offer
    """
    return 1 * cloud_on_demand_price


def cloud_price__reserved_1y(cloud_reserved_1y_price):
    """Price of renting one accelerator. [USD/accelerator/s]

    p = price of the offer with a commitment of one year
    """
    return 1 * cloud_reserved_1y_price


def cloud_price__reserved_3y(cloud_reserved_3y_price):
    """Price of renting one accelerator. [USD/accelerator/s]

    p = price of the offer with a commitment of three years
    """
    return 1 * cloud_reserved_3y_price


def cloud_price__spot(cloud_spot_price):
    """Price of renting one accelerator. [USD/accelerator/s]

    p = spot price of the offer

    Interruptions are not included.
    """
    return 1 * cloud_spot_price


def cloud_cost_per_year(accelerators, cloud_billed_share, cloud_price):
    """Cost of renting as many accelerators, as a yearly rate. [USD/s]

    K = N · u · p
    """
    return accelerators * cloud_billed_share * cloud_price


def accelerator_hours(accelerators, analysis_period):
    """Accelerator-hours of the period, all hours counted. [accelerator*s]

    H = N · T
    """
    return accelerators * analysis_period


def cloud_cost(cloud_cost_per_year, analysis_period):
    """Cost of renting over the whole period, not discounted. [USD]

    K = K_year · T
    """
    return cloud_cost_per_year * analysis_period
