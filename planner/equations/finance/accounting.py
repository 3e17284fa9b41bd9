"""Conventions of the accounts: months, rates, escalation; the rate of return.

What is bought is paid at the start, what runs is paid at the end of each month, what is left is sold at the end.
Yearly rates compound by months.  The cash-flow ledger follows the same conventions month by month.
"""

import numpy as np


def _sum_of_powers(count, factor):
    """factor + factor² + ... + factor^count; a fraction of a month counts in its share, at the end of the period."""
    whole = np.floor(count)
    growth = np.log(factor)
    level = growth == 0
    ratio = np.expm1(whole * growth) / np.expm1(np.where(level, 1, growth))
    return np.where(level, whole, factor * ratio) + (count - whole) * factor**count


def _paid(months, apart, factor):
    """Worth of one dollar a month, paid for `apart` months at the end of each of them; `factor` is that of a month."""
    return apart * _sum_of_powers(months / apart, factor**apart)


def _escalated(months, apart, escalation, start_delay, calendar_month, discount_factor=1.0):
    """Time that a rate of today's money is paid for, at prices that change from the start of the scenario on."""
    monthly = (1 + escalation) ** (1 / 12)
    before = monthly ** (start_delay / calendar_month)
    return calendar_month * before * _paid(months, apart, discount_factor * monthly)


def payment_months(payment_interval, calendar_month):
    """Months between payments of what runs. [1]

    1 where bills come by the month; 12 in studies that count by the year

    Whole months: a ledger has a row for each.
    """
    return np.round(payment_interval / calendar_month)


def accounting_month(accounting_year):
    """Length of a month in the accounts: 720, 730 or 730.5 hours. [s]

    t_m = t_y / 12
    """
    return accounting_year / 12


def accounting_hours_share(accounting_month, calendar_month):
    """Hours that the accounts count in a month, over the 730 of a calendar month. [1]

    h = t_m / 730 h

    Prices by the hour and energy follow it; yearly and monthly prices do not.
    """
    return accounting_month / calendar_month


def accounting_months(analysis_period, calendar_month):
    """Months of the period. [1]

    n = T / 730 h
    """
    return analysis_period / calendar_month


def applied_discount_rate__real(discount_rate, inflation):
    """The nominal rate less inflation, for amounts in money of the price year. [1]

    r = (1 + r_nominal) / (1 + i) − 1; amounts are in money of the price year
    """
    return (1 + discount_rate) / (1 + inflation) - 1


def contract_escalation__real(inflation):
    """Payments of debt, lease and depreciation, which are fixed in dollars, shrink in money of the price year. [1]

    e = 1 / (1 + i) − 1: in money of the price year they shrink
    """
    return 1 / (1 + inflation) - 1


def discount_factor(applied_discount_rate):
    """Worth today of one dollar a month from now. [1]

    v = (1 + r)^(−1/12)
    """
    return (1 + applied_discount_rate) ** (-1 / 12)


def end_discount_factor(discount_factor, accounting_months):
    """Worth today of one dollar at the end of the period. [1]

    v_n = v^n
    """
    return discount_factor**accounting_months


def discounted_time(accounting_months, payment_months, discount_factor, calendar_month):
    """Present worth of one dollar a second, paid through the whole period. [s]

    A = t_m · (v + v² + ... + v^n)

    Parameters
    ----------
    accounting_months : 1, 0 or more
    payment_months : 1, 1 or more, whole
    discount_factor : 1, above 0, 1 where the rate is zero
    calendar_month : s, 730 h

    Notes
    -----
    An annuity paid at the end of each month; a rate of zero gives the period itself. A fraction of a month counts in
    its share.
    """
    return calendar_month * _paid(accounting_months, payment_months, discount_factor)


def energy_time(accounting_months, payment_months, energy_escalation, start_delay, calendar_month):
    """Dollars paid for energy in the whole period for each dollar a second of today. [s]

    T_e = t_m · Σ (1 + e)^((m_0 + m)/12),  m_0 months until the pool starts

    Growth starts in the first month; many tools start in the second year. A later pool pays the prices of its time.
    """
    return _escalated(accounting_months, payment_months, energy_escalation, start_delay, calendar_month)


def staff_time(accounting_months, payment_months, staff_escalation, start_delay, calendar_month):
    """Dollars paid for staff in the whole period for each dollar a second of today. [s]

    T_s = t_m · Σ (1 + e)^((m_0 + m)/12)
    """
    return _escalated(accounting_months, payment_months, staff_escalation, start_delay, calendar_month)


def operation_time(accounting_months, payment_months, operation_escalation, start_delay, calendar_month):
    """Dollars paid for other operation in the whole period for each dollar a second of today. [s]

    T_o = t_m · Σ (1 + e)^((m_0 + m)/12)
    """
    return _escalated(accounting_months, payment_months, operation_escalation, start_delay, calendar_month)


def cloud_time(accounting_months, payment_months, cloud_escalation, start_delay, calendar_month):
    """Dollars paid for rent in the whole period for each dollar a second of today. [s]

    T_c = t_m · Σ (1 + e)^((m_0 + m)/12)
    """
    return _escalated(accounting_months, payment_months, cloud_escalation, start_delay, calendar_month)


def discounted_energy_time(
    accounting_months, payment_months, discount_factor, energy_escalation, start_delay, calendar_month
):
    """Present worth, when the pool starts, of one dollar a second of today's energy bill. [s]

    A_e = t_m · Σ v^m · (1 + e)^((m_0 + m)/12)
    """
    return _escalated(
        accounting_months, payment_months, energy_escalation, start_delay, calendar_month, discount_factor
    )


def discounted_staff_time(
    accounting_months, payment_months, discount_factor, staff_escalation, start_delay, calendar_month
):
    """Present worth, when the pool starts, of one dollar a second of today's staff cost. [s]

    A_s = t_m · Σ v^m · (1 + e)^((m_0 + m)/12)
    """
    return _escalated(accounting_months, payment_months, staff_escalation, start_delay, calendar_month, discount_factor)


def discounted_operation_time(
    accounting_months, payment_months, discount_factor, operation_escalation, start_delay, calendar_month
):
    """Present worth, when the pool starts, of one dollar a second of today's other operating cost. [s]

    A_o = t_m · Σ v^m · (1 + e)^((m_0 + m)/12)
    """
    return _escalated(
        accounting_months, payment_months, operation_escalation, start_delay, calendar_month, discount_factor
    )


def discounted_cloud_time(
    accounting_months, payment_months, discount_factor, cloud_escalation, start_delay, calendar_month
):
    """Present worth, when the pool starts, of one dollar a second of today's rent. [s]

    A_c = t_m · Σ v^m · (1 + e)^((m_0 + m)/12)
    """
    return _escalated(accounting_months, payment_months, cloud_escalation, start_delay, calendar_month, discount_factor)


def discounted_declining_cloud_time(
    accounting_months, payment_months, discount_factor, cloud_price_decline, start_delay, calendar_month
):
    """Present worth, when the pool starts, of one dollar a second of today's rent where rents fall. [s]

    A_d = t_m · Σ v^m · (1 − d)^((m_0 + m)/12)
    """
    return _escalated(
        accounting_months, payment_months, -cloud_price_decline, start_delay, calendar_month, discount_factor
    )


def declining_cloud_time(accounting_months, payment_months, cloud_price_decline, start_delay, calendar_month):
    """Dollars paid for rent in the whole period for each dollar a second of today where rents fall. [s]

    T_d = t_m · Σ (1 − d)^((m_0 + m)/12)
    """
    return _escalated(accounting_months, payment_months, -cloud_price_decline, start_delay, calendar_month)


def depreciation_months_worth(
    accounting_months, depreciation_life, discount_factor, contract_escalation, calendar_month
):
    """Present worth of one dollar a month for as long as a straight line depreciates within the period. [1]

    w = Σ v^m · (1 + e)^(m/12),  m up to min(n, n_d)
    """
    months = np.minimum(accounting_months, depreciation_life / calendar_month)
    return _sum_of_powers(months, discount_factor * (1 + contract_escalation) ** (1 / 12))


def irr(
    capex,
    cloud_cost_per_year,
    cloud_escalation,
    cloud_services_per_year,
    cloud_setup_cost,
    electricity_bill_per_year,
    energy_escalation,
    staff_per_year,
    staff_escalation,
    operating_cost_per_year,
    operation_escalation,
    cloud_unused_commitment,
    residual_value,
    decommissioning_cost,
    refresh_total,
    accounting_months,
    payment_months,
    start_delay,
    calendar_month,
):
    """Yearly rate of return of owning instead of renting, before financing and tax. [1]

    r with −K + K_setup + Σ v^m · (rent + services − running costs) + v^n · (V − K_end + K_unused) = 0

    Parameters
    ----------
    capex : USD, 0 or more
    cloud_cost_per_year : USD/s, 0 or more
    cloud_escalation : 1, any
    cloud_services_per_year : USD/s, 0 or more
    cloud_setup_cost : USD, 0 or more
    electricity_bill_per_year : USD/s, any
    energy_escalation : 1, -0.5 to 1
    staff_per_year : USD/s, 0 or more
    staff_escalation : 1, -0.5 to 1
    operating_cost_per_year : USD/s, any
    operation_escalation : 1, -0.5 to 1
    cloud_unused_commitment : USD, 0 or more
    residual_value : USD, 0 or more
    decommissioning_cost : USD, 0 or more
    refresh_total : USD, any
    accounting_months : 1, 0 or more
    payment_months : 1, 1 or more
    start_delay : s, 0 or more
    calendar_month : s, 730 h

    Notes
    -----
    Not a number where the sum has no change of sign between −99 % and +1,000 % a year, and where refreshes make more
    than one sign change possible: a spurious root would mislead.

    Found by halving the interval of monthly factors; the ledger's rate is the same.
    """

    def worth(factor):
        def flow(amount, escalation):
            return amount * _escalated(
                accounting_months, payment_months, escalation, start_delay, calendar_month, factor
            )

        saved = flow(cloud_cost_per_year, cloud_escalation) + flow(cloud_services_per_year, 0)
        paid = flow(electricity_bill_per_year, energy_escalation) + flow(staff_per_year, staff_escalation)
        end = (residual_value - decommissioning_cost + cloud_unused_commitment) * factor**accounting_months
        return cloud_setup_cost - capex + saved - paid - flow(operating_cost_per_year, operation_escalation) + end

    none = 0 * (capex + refresh_total) / (capex + refresh_total)
    low, high = (11 + none) ** (-1 / 12), (1 / (10 * 10) + none) ** (-1 / 12)
    one_root = (worth(low) < 0 * capex) & (worth(high) > 0 * capex) & (refresh_total == 0 * capex)
    for _ in range(12 * 4):
        middle = (low + high) / 2
        below = worth(middle) < 0 * capex
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(one_root, high**-12 - 1, np.nan)
