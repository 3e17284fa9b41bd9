"""When parts of a site arrive, and what of them is in service."""

import numpy as np


def in_service(time, start_delay, ramp_time, analysis_period):
    """Share of a pool that is in service at a time. [1]

    s = min(1, (t − t_start) / t_ramp)  for t_start ≤ t < t_start + T,  else 0

    The pool ramps up in a straight line, at once without a ramp, and is sold at the end of its own period.
    """
    age = time - start_delay
    ramped = np.where(age < ramp_time, age / ramp_time, 1)
    return np.where((age >= 0) & (age < analysis_period), ramped, 0)


def start_worth(discount_factor, start_delay, calendar_month):
    """Worth, at the start of the scenario, of one dollar on the day on which the pool starts. [1]

    w = v^(t_start in months)
    """
    return discount_factor ** (start_delay / calendar_month)


def purchase_price_share(hardware_price_decline, start_delay, calendar_month, supply_price_factor):
    """Price of hardware on the day on which the pool starts, as a share of today's. [1]

    s = (1 − d)^(t_start in years) · supply factor

    Bought on the day of the start; a generation that succeeds is chosen as another system instead. A shortage raises
    the price together with the lead time.
    """
    return (1 - hardware_price_decline) ** (start_delay / (12 * calendar_month)) * supply_price_factor


def peak_performance(installed_accelerators, accelerator_peak_bf16):
    """Dense BF16 arithmetic that the installed accelerators can do at most. [FLOP/s]

    F = N · f
    """
    return installed_accelerators * accelerator_peak_bf16
