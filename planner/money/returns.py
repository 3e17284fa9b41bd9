"""What follows from the ledger: rate of return, payback, break-even, levelised costs.

Everything here reads amounts by month; nothing knows a formula of its own for an annuity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.model import wiring
from planner.money.ledger import OWN, RENT, Ledger

# Yearly rates between which a rate of return is looked for: from −99 % to +1,000 %.
_RATES = np.concatenate([np.linspace(-0.99, 1, 400), np.linspace(1.05, 10, 180)])
_PRECISION = 1e-15
# What is paid beside the rent whether or not accelerators are rented for more hours.
_KEPT_SERVICES = ("cloud_storage_per_year", "cloud_egress_per_year", "cloud_hosts_per_year")
_RENT = ("full_rent_per_year", *_KEPT_SERVICES)
_TOKENS = "served_output_tokens_per_second"
# Lines of the last row that are not part of running: a break-even does not wait for the sale.
_SETTLED = (
    "residual_compute",
    "residual_facility",
    "residual_value",
    "decommissioning_cost",
    "financing_settlement",
    "cloud_unused_commitment",
)


def rate_of_return(amounts: Any, times: Any) -> float | None:
    """The yearly rate at which the amounts are worth nothing; None where there is none or more than one."""
    amounts, times = np.asarray(amounts, dtype=float), np.asarray(times, dtype=float)

    def worth(rate: Any) -> Any:
        return np.sum(amounts * (1 + np.asarray(rate)[..., None]) ** (-times / 12), axis=-1)

    scale = np.max(np.abs(amounts), initial=0.0)
    if scale == 0:
        return None
    signs = np.sign(worth(_RATES))
    changes = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    exact = np.flatnonzero(signs == 0)
    if len(changes) + len(exact) != 1:
        return None
    if len(exact):
        return float(_RATES[exact[0]])
    from scipy.optimize import brentq

    return float(brentq(worth, *_RATES[changes[0] : changes[0] + 2], xtol=_PRECISION))


def crossing(amounts: Any, times: Any) -> float | None:
    """The time at which the running sum reaches zero for good, straight between payments; None where it does not."""
    running = np.cumsum(np.asarray(amounts, dtype=float))
    below = np.flatnonzero(running < -1e-9 * max(1.0, float(np.max(np.abs(running), initial=0.0))))
    if len(below) == 0:
        return 0.0
    last = int(below[-1])
    if last == len(running) - 1:
        return None
    share = -running[last] / (running[last + 1] - running[last])
    return float(times[last] + share * (times[last + 1] - times[last]))


@dataclass(frozen=True)
class Member:
    """What one pool of a ledger rests on, and after how many months it starts."""

    values: Mapping[str, Any]
    options: Mapping[str, str]
    start: float = 0.0
    pool: str = ""

    @property
    def rented(self) -> bool:
        return self.options.get("ownership") == "rented"


def derived(book: Ledger, members: Sequence[Member]) -> dict[str, float | None]:
    """The measures of one scenario's ledger; None where there is none, absent where an input is missing."""
    own, rent = (book.pick(side=side) if side not in book.incomplete else [] for side in (OWN, RENT))
    result: dict[str, float | None] = {}
    if own:
        result["npv_own"] = _number(book.worth(side=OWN))
        result |= _levelised(book, members)
    if rent:
        result["npv_cloud"] = _number(book.worth(side=RENT))
    if own and rent:
        result["npv_saving"] = _number(book.worth(side=OWN) - book.worth(side=RENT))
        saving, times = book.saving_at_times(), book.times
        result["irr"] = rate_of_return(saving, times)
        result["saving"] = float(saving.sum())
        result["break_even_month"] = crossing(book.saving_at_times(without=_SETTLED), times)
        discounted = saving * float(np.reshape(book.discount_factor, -1)[0]) ** times
        result["discounted_payback_month"] = crossing(discounted, times)
    return result


def _levelised(book: Ledger, members: Sequence[Member]) -> dict[str, float | None]:
    """Present cost of owning for each discounted unit of what it yields, for every unit that is known."""
    yields = [_yield(book, member) for member in members]
    names = set.intersection(*(set(one) for one in yields))
    cost = -float(np.reshape(book.worth(side=OWN), -1)[0])
    totals = {name: sum(one[name] for one in yields) for name in names}
    units = {
        "cost_per_accelerator_hour": "installed",
        "cost_per_useful_accelerator_hour": "useful",
        "cost_per_compute": "operations",
        "cost_per_million_tokens": "tokens",
    }
    result: dict[str, float | None] = {}
    for measure, unit in units.items():
        if totals.get(unit):
            result[measure] = cost / totals[unit]
    if totals.get("rent"):
        result["break_even_utilization"] = (cost - totals["services"]) / totals["rent"]
    runs = [member for member in members if "run_accelerator_time" in member.values] or list(members)
    known = wiring.evaluate(("run_accelerator_time",), runs[0].values, runs[0].options) if len(members) == 1 else {}
    if "run_accelerator_time" in known and "cost_per_accelerator_hour" in result:
        result["cost_per_training_run"] = cost / totals["installed"] * float(known["run_accelerator_time"])
    return result


def _yield(book: Ledger, member: Member) -> dict[str, float]:
    """Discounted accelerator-time of a pool: installed, useful, as operations, as tokens; its rent and services."""
    conventions = ("calendar_month", "accounting_months", "payment_months", "accounting_hours_share")
    names = ("installed_accelerators", "accelerators", "useful_share", "accelerator_peak_bf16", _TOKENS, *_RENT)
    computed = wiring.evaluate((*conventions, *names), member.values, member.options)
    known = {name: float(computed[name]) for name in (*conventions, *names) if name in computed}
    installed = known.get("installed_accelerators", known.get("accelerators"))
    if installed is None or any(name not in known for name in conventions):
        return {}
    # Hours count when they are paid for.
    period, apart = known["accounting_months"], known["payment_months"]
    paid = np.append(np.arange(apart, period, apart), period)
    factor = float(np.reshape(book.discount_factor, -1)[0])
    time = float(np.sum(np.diff(paid, prepend=0.0) * factor ** (paid + member.start)))
    time *= known["calendar_month"] * known["accounting_hours_share"]
    result = {"installed": installed * time}
    if "useful_share" in known:
        result["useful"] = result["installed"] * known["useful_share"]
        if "accelerator_peak_bf16" in known:
            result["operations"] = result["useful"] * known["accelerator_peak_bf16"]
    if all(name in known for name in _RENT):
        rented = time / known["accounting_hours_share"]
        result["rent"] = known["full_rent_per_year"] * rented
        result["services"] = sum(known[name] for name in _KEPT_SERVICES) * rented
    if _TOKENS in known:
        result["tokens"] = known[_TOKENS] * time / known["accounting_hours_share"]
    return result


def _number(value: Any) -> float | None:
    number = float(np.reshape(value, -1)[0])
    return number if math.isfinite(number) else None
