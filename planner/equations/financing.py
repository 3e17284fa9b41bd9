"""Paying by cash, debt or lease; income tax with depreciation schedules."""

import numpy as np


def _sum_of_powers(count, factor):
    """factor + factor² + ... + factor^count; a fraction of a month counts in its share, at the end of the period."""
    whole = np.floor(count)
    growth = np.log(factor)
    level = growth == 0
    ratio = np.expm1(whole * growth) / np.expm1(np.where(level, 1, growth))
    return np.where(level, whole, factor * ratio) + (count - whole) * factor**count


def financed_amount__cash(capex):
    """Money that a lender or lessor pays at the start. [USD]

    L = 0
    """
    return 0 * capex


def financed_amount__debt(capex, debt_share):
    """Money that a lender or lessor pays at the start. [USD]

    L = s · K
    """
    return debt_share * capex


def financed_amount__lease(capex_compute):
    """Money that a lender or lessor pays at the start. [USD]

    L = K_compute: the systems are leased
    """
    return 1 * capex_compute


def financing_months__cash(accounting_months):
    """Months in which financing is paid. [1]

    n_f = 0
    """
    return 0 * accounting_months


def financing_months__debt(accounting_months, debt_term, calendar_month):
    """Months in which financing is paid. [1]

    n_f = min(n, ⌈term⌉); what is still owed at the end is paid then
    """
    return np.minimum(accounting_months, np.ceil(debt_term / calendar_month))


def financing_months__lease(accounting_months):
    """Months in which financing is paid. [1]

    n_f = n: the lease runs as long as the comparison
    """
    return 1 * accounting_months


def financing_rate__cash(debt_rate):
    """Yearly interest of the financing, charged by months. [1]

    i = 0
    """
    return 0 * debt_rate


def financing_rate__debt(debt_rate):
    """Yearly interest of the financing, charged by months. [1]

    i = interest of the debt
    """
    return 1 * debt_rate


def financing_rate__lease(lease_rate):
    """Yearly interest of the financing, charged by months. [1]

    i = rate implicit in the lease
    """
    return 1 * lease_rate


def financing_payment__cash(financed_amount, calendar_month):
    """Regular payment of interest and principal, or of the lease. [USD/s]

    pmt = 0
    """
    return 0 * financed_amount / calendar_month


def financing_payment__debt(financed_amount, financing_rate, debt_term, calendar_month):
    """Regular payment of interest and principal, or of the lease. [USD/s]

    pmt = L · j / (1 − (1 + j)^−m),  j = i / 12, m months of the loan's term
    """
    worth = _sum_of_powers(np.ceil(debt_term / calendar_month), 1 / (1 + financing_rate / 12))
    return financed_amount / worth / calendar_month


def financing_payment__lease(financed_amount, lease_buyout, financing_rate, accounting_months, calendar_month):
    """Regular payment of interest and principal, or of the lease. [USD/s]

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


def financing_settlement__cash(financed_amount):
    """Paid to the lender or lessor at the end of the period. [USD]

    0
    """
    return 0 * financed_amount


def financing_settlement__debt(financed_amount, financing_payment, financing_rate, financing_months, calendar_month):
    """Paid to the lender or lessor at the end of the period. [USD]

    what is still owed: (L − pmt · Σ (1 + j)^−m) · (1 + j)^n_f
    """
    monthly = 1 / (1 + financing_rate / 12)
    paid = financing_payment * calendar_month * _sum_of_powers(financing_months, monthly)
    return (financed_amount - paid) / monthly**financing_months


def financing_settlement__lease(residual_compute, lease_buyout):
    """Paid to the lender or lessor at the end of the period. [USD]

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


def interest_present_worth__cash(financed_amount):
    """Present worth of what financing lets the owner deduct. [USD]

    0
    """
    return 0 * financed_amount


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
    """Present worth of what financing lets the owner deduct. [USD]

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
    """Present worth of what financing lets the owner deduct. [USD]

    the whole lease: Σ v^m · pmt, and what is paid at its end
    """
    settled = financing_settlement * end_discount_factor * (1 + contract_escalation) ** (accounting_months / 12)
    return financing_payment * discounted_financing_time + settled


def taxable_base__cash(capex, capex_land):
    """Amount that is depreciated for tax. [USD]

    B = K − K_land
    """
    return capex - capex_land


def taxable_base__debt(capex, capex_land):
    """Amount that is depreciated for tax. [USD]

    B = K − K_land
    """
    return capex - capex_land


def taxable_base__lease(capex, capex_land, financed_amount):
    """Amount that is depreciated for tax. [USD]

    B = K − K_land − L: the lessor depreciates what is leased
    """
    return capex - capex_land - financed_amount


def depreciated_share__straight_line(elapsed, depreciation_life):
    """Share of the price depreciated for tax so far. [1]

    σ = min(1, t / T_d)
    """
    return np.minimum(1, elapsed / depreciation_life)


def depreciated_share__table(
    elapsed,
    tax_share_year_1,
    tax_share_year_2,
    tax_share_year_3,
    tax_share_year_4,
    tax_share_year_5,
    tax_share_year_6,
    calendar_month,
):
    """Share of the price depreciated for tax so far. [1]

    σ = sum of the yearly shares of all full years, each claimed at the end of its year
    """
    years = np.floor(elapsed / calendar_month / 12)
    shares = (
        tax_share_year_1,
        tax_share_year_2,
        tax_share_year_3,
        tax_share_year_4,
        tax_share_year_5,
        tax_share_year_6,
    )
    return sum(share * np.where(years > year, 1.0, 0.0) for year, share in enumerate(shares))


def depreciated_share__immediate(elapsed, calendar_month):
    """Share of the price depreciated for tax so far. [1]

    σ = 1 from the end of the first year
    """
    return np.where(elapsed / calendar_month >= 12, 1.0, 0.0)


def depreciation_worth__straight_line(
    accounting_months, depreciation_life, discount_factor, contract_escalation, calendar_month
):
    """Present worth of the depreciation claimed in the period, for each dollar of price. [1]

    w = Σ v^m / n_d
    """
    months = depreciation_life / calendar_month
    factor = discount_factor * (1 + contract_escalation) ** (1 / 12)
    return _sum_of_powers(np.minimum(accounting_months, months), factor) / months


def depreciation_worth__table(
    accounting_months,
    tax_share_year_1,
    tax_share_year_2,
    tax_share_year_3,
    tax_share_year_4,
    tax_share_year_5,
    tax_share_year_6,
    discount_factor,
    contract_escalation,
):
    """Present worth of the depreciation claimed in the period, for each dollar of price. [1]

    w = Σ over full years y of s_y · v^(12 y)
    """
    shares = (
        tax_share_year_1,
        tax_share_year_2,
        tax_share_year_3,
        tax_share_year_4,
        tax_share_year_5,
        tax_share_year_6,
    )
    yearly = discount_factor**12 * (1 + contract_escalation)
    years = np.floor(accounting_months / 12)
    return sum(share * yearly ** (year + 1) * np.where(years > year, 1.0, 0.0) for year, share in enumerate(shares))


def depreciation_worth__immediate(accounting_months, discount_factor, contract_escalation):
    """Present worth of the depreciation claimed in the period, for each dollar of price. [1]

    w = v^12
    """
    return discount_factor**12 * (1 + contract_escalation) * np.where(accounting_months >= 12, 1.0, 0.0)


def tax_depreciation_year_1(taxable_base, tax_share_year_1):
    """Depreciation claimed for tax in the first year of the table. [USD]

    D_1 = s_1 · B
    """
    return tax_share_year_1 * taxable_base


def tax_depreciation_year_2(taxable_base, tax_share_year_2):
    """Depreciation claimed for tax in the second year of the table. [USD]

    D_2 = s_2 · B
    """
    return tax_share_year_2 * taxable_base


def tax_depreciation_year_3(taxable_base, tax_share_year_3):
    """Depreciation claimed for tax in the third year of the table. [USD]

    D_3 = s_3 · B
    """
    return tax_share_year_3 * taxable_base


def tax_depreciation_year_4(taxable_base, tax_share_year_4):
    """Depreciation claimed for tax in the fourth year of the table. [USD]

    D_4 = s_4 · B
    """
    return tax_share_year_4 * taxable_base


def tax_depreciation_year_5(taxable_base, tax_share_year_5):
    """Depreciation claimed for tax in the fifth year of the table. [USD]

    D_5 = s_5 · B
    """
    return tax_share_year_5 * taxable_base


def tax_depreciation_year_6(taxable_base, tax_share_year_6):
    """Depreciation claimed for tax in the sixth year of the table. [USD]

    D_6 = s_6 · B
    """
    return tax_share_year_6 * taxable_base


def immediate_tax_benefit(taxable_base, tax_rate):
    """Tax saved where the whole price is deducted in the first year. [USD]

    τ · B
    """
    return tax_rate * taxable_base


def elapsed(analysis_period):
    """Time since the start. [s]

    t = T at the end of the period; the ledger asks month by month
    """
    return 1 * analysis_period


def book_value(taxable_base, depreciated_share, capex_land, contract_escalation, accounting_months):
    """Tax book value at the end of the period. [USD]

    (B · (1 − σ)) · (1 + e)^(n/12) + K_land
    """
    return taxable_base * (1 - depreciated_share) * (1 + contract_escalation) ** (accounting_months / 12) + capex_land


def tax_present_worth(
    tax_rate,
    opex_present_worth,
    interest_present_worth,
    taxable_base,
    depreciation_worth,
    residual_value,
    decommissioning_cost,
    book_value,
    end_discount_factor,
):
    """What income tax adds to the present value of owning: deductions less tax on the sale. [USD]

    W = τ · (W_opex + W_interest + B · w − (V − K_end − book value) · v^n)

    The owner has income to deduct from. Off by default: the tax rate is zero unless it is set.
    """
    gain = (residual_value - decommissioning_cost - book_value) * end_discount_factor
    return tax_rate * (opex_present_worth + interest_present_worth + taxable_base * depreciation_worth - gain)
