"""Paying by cash, debt or lease."""

import numpy as np


def _sum_of_powers(count, factor):
    """factor + factor² + ... + factor^count; a fraction of a month counts in its share, at the end of the period."""
    whole = np.floor(count)
    growth = np.log(factor)
    level = growth == 0
    ratio = np.expm1(whole * growth) / np.expm1(np.where(level, 1, growth))
    return np.where(level, whole, factor * ratio) + (count - whole) * factor**count


def financed_amount__debt(capex, debt_share):
    """Loan for a share of the price. [USD]

    L = s · K
    """
    return debt_share * capex


def financing_months__debt(accounting_months, debt_term, calendar_month):
    """Months of the loan's term, at most those of the period. [1]

    n_f = min(n, ⌈term⌉); what is still owed at the end is paid then
    """
    return np.minimum(accounting_months, np.ceil(debt_term / calendar_month))


def financing_payment__debt(financed_amount, financing_rate, debt_term, calendar_month):
    """Equal payments that pay off the loan over its term. [USD/s]

    pmt = L · j / (1 − (1 + j)^−m),  j = i / 12, m months of the loan's term

    Parameters
    ----------
    financed_amount : USD, 0 or more
    financing_rate : 1, 0 or more
    debt_term : s, above 0
    calendar_month : s, 730 h

    Notes
    -----
    An annuity: equal payments at the end of each month, whole months. A rate of zero gives equal parts of the loan.
    """
    worth = _sum_of_powers(np.ceil(debt_term / calendar_month), 1 / (1 + financing_rate / 12))
    return financed_amount / worth / calendar_month


def financing_payment__lease(financed_amount, lease_buyout, financing_rate, accounting_months, calendar_month):
    """Equal payments that leave the price of buying the systems at the end. [USD/s]

    pmt = (L − B · (1 + j)^−n) · j / (1 − (1 + j)^−n),  j = i / 12
    """
    monthly = 1 / (1 + financing_rate / 12)
    left = lease_buyout * monthly**accounting_months
    return (financed_amount - left) / _sum_of_powers(accounting_months, monthly) / calendar_month


def lease_buyout(capex_compute, lease_buyout_share):
    """Price at which leased systems may be bought at the end. [USD]

    B = b · K_compute
    """
    return lease_buyout_share * capex_compute


def financing_settlement__debt(financed_amount, financing_payment, financing_rate, financing_months, calendar_month):
    """What is still owed on the loan; nothing where its payments have paid it off. [USD]

    what is still owed: (L − pmt · Σ (1 + j)^−m) · (1 + j)^n_f

    What is left of a loan by rounding alone is nothing.
    """
    monthly = 1 / (1 + financing_rate / 12)
    paid = financing_payment * calendar_month * _sum_of_powers(financing_months, monthly)
    owed = financed_amount - paid
    rounding = financing_months * np.finfo(float).eps * financed_amount
    return np.where(np.abs(owed) <= rounding, 0 * financed_amount, owed) / monthly**financing_months


def financing_settlement__lease(residual_compute, lease_buyout):
    """Price of the systems where buying and selling them pays, else nothing. [USD]

    min(V, B): bought and sold where that pays, else returned
    """
    return np.minimum(residual_compute, lease_buyout)


def discounted_financing_time(financing_months, discount_factor, contract_escalation, calendar_month):
    """Present worth of one dollar a second paid for financing. [s]

    A_f = t_m · Σ v^m · (1 + e)^(m/12)
    """
    return calendar_month * _sum_of_powers(financing_months, discount_factor * (1 + contract_escalation) ** (1 / 12))


def financing_present_worth(
    financed_amount,
    financing_payment,
    discounted_financing_time,
    financing_settlement,
    end_discount_factor,
    contract_escalation,
    accounting_months,
):
    """What financing adds to the present value, before tax. [USD]

    W = L − pmt · A_f − settlement · v^n

    Positive where money is lent below the discount rate.
    """
    settled = financing_settlement * end_discount_factor * (1 + contract_escalation) ** (accounting_months / 12)
    return financed_amount - financing_payment * discounted_financing_time - settled


def interest_present_worth__debt(
    financed_amount,
    financing_payment,
    discounted_financing_time,
    financing_rate,
    financing_months,
    discount_factor,
    contract_escalation,
    calendar_month,
):
    """Interest alone can be deducted. [USD]

    interest alone: Σ v^m · (pmt − principal · (1 + j)^(m−1))
    """
    monthly = financing_rate / 12
    principal = financing_payment * calendar_month - financed_amount * monthly
    factor = discount_factor * (1 + contract_escalation) ** (1 / 12) * (1 + monthly)
    return financing_payment * discounted_financing_time - principal / (1 + monthly) * _sum_of_powers(
        financing_months, factor
    )


def interest_present_worth__lease(
    financing_payment,
    discounted_financing_time,
    financing_settlement,
    end_discount_factor,
    contract_escalation,
    accounting_months,
):
    """All payments of the lease can be deducted. [USD]

    the whole lease: Σ v^m · pmt, and what is paid at its end
    """
    settled = financing_settlement * end_discount_factor * (1 + contract_escalation) ** (accounting_months / 12)
    return financing_payment * discounted_financing_time + settled
