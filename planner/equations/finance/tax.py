"""Income tax: depreciation schedules, deductions, tax on what is sold."""

import numpy as np


def taxable_base(capex, capex_land):
    """All but land. [USD]

    B = K − K_land
    """
    return capex - capex_land


def taxable_base__lease(capex, capex_land, financed_amount):
    """All but land and what is leased. [USD]

    B = K − K_land − L: the lessor depreciates what is leased
    """
    return capex - capex_land - financed_amount


def depreciated_share__straight_line(elapsed, depreciation_life):
    """Straight line over the depreciation life. [1]

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
    """Yearly shares of a schedule, each claimed at the end of its year. [1]

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
    """The whole price at the end of the first year. [1]

    σ = 1 from the end of the first year
    """
    return np.where(elapsed / calendar_month >= 12, 1.0, 0.0)


def depreciation_worth__straight_line(depreciation_months_worth, depreciation_life, calendar_month):
    """Straight line over the depreciation life. [1]

    w = Σ v^m / n_d
    """
    return depreciation_months_worth / (depreciation_life / calendar_month)


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
    """Yearly shares of a schedule, each claimed at the end of its year. [1]

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
    """The whole price at the end of the first year. [1]

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
