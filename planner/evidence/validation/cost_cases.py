"""Published cost cases: their names and units read as quantities of the planner.

A case is one JSON object: id, inputs and outputs with value and unit, tolerance.  Which name means which quantity is
data (measurements/tco-mapping.toml); nothing here knows a case.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner import glossary, units
from planner.errors import InputError, Problem, unknown
from planner.files import read_toml

# Counted things: a case may leave them out of its units ("USD/hour" for a price by the accelerator).
_COUNTS = {
    f"[{name}]"
    for name in ("accelerator", "node", "system", "rack", "switch", "port", "user", "request", "person", "event")
}
_MULTIPLES = {"": 1.0, "k": 1e3, "M": 1e6, "bn": 1e9}


@dataclass
class Reading:
    """A case as the planner sees it."""

    # Variant -> quantity -> base value; the variant "" holds for all.
    values: dict[str, dict[str, float]] = field(default_factory=lambda: {"": {}})
    texts: dict[str, str] = field(default_factory=dict)
    # Cash flows that the case gives itself: side, line, month, amount.
    flows: list[tuple[str, str, int, float]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def load_cases(path: Path) -> list[dict[str, Any]]:
    """The cases of a JSON-lines file; InputError with every line that is not one."""
    cases, found = [], []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Problem(path.name, "", f"cannot be read: {error}")]) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            if not isinstance(case, dict) or not isinstance(case.get("inputs"), dict):
                raise ValueError("a case takes id, inputs and outputs")
            if not isinstance(case.get("outputs"), dict):
                raise ValueError("a case takes id, inputs and outputs")
            cases.append(case | {"id": str(case.get("id", f"line {number}"))})
        except (ValueError, RecursionError) as error:
            found.append(Problem(path.name, f"line {number}", str(error)))
    if found:
        raise InputError(found)
    return cases


def load_mapping(path: Path) -> dict[str, Any]:
    """The mapping file; InputError for a quantity that does not exist."""
    mapping = read_toml(path)
    rows = glossary.quantities()
    found: list[Problem] = []
    tables = [mapping, *mapping.get("group", [])]
    for table in tables:
        for part in ("inputs", "outputs"):
            for name, given in table.get(part, {}).items():
                found.extend(
                    Problem(path.name, name, unknown("quantity", quantity, rows))
                    for quantity in _quantities(given)
                    if quantity not in rows
                )
    if found:
        raise InputError(found)
    return mapping


def _quantities(given: Any) -> list[str]:
    """Every quantity that an entry of the mapping names."""
    if isinstance(given, dict):
        return [name for key in ("quantity", "choice", "each") for name in _quantities(given.get(key, []))]
    return [given] if isinstance(given, str) else list(given)


def group_of(case_id: str, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping's group that the case belongs to, or an empty one."""
    groups = mapping.get("group", [])
    return next((g for g in groups if any(fnmatch.fnmatchcase(case_id, text) for text in g["ids"])), {})


def case_unit(text: str, words: Mapping[str, str]) -> tuple[str, float]:
    """A case's unit as a unit of the planner and a multiple: "USD/1k token" -> ("USD/token", 1e-3)."""
    cleaned = re.sub(r"\(.*", "", str(text)).split(",")[0].replace("per ", "/")
    found, multiple = "", 1.0
    for index, part in enumerate(cleaned.split("/")):
        for word in re.split(r"[\s\-*·]+", part.strip()):
            number = re.fullmatch(r"(\d+)?(k|M|bn)?", word)
            if word in words:
                found += f"{'/' if index else '*'}{words[word]}"
            elif word and number:
                factor = float(number[1] or 1) * _MULTIPLES[number[2] or ""]
                multiple = multiple / factor if index else multiple * factor
    found = found.removeprefix("*")
    # A share by the year is a rate: "1/year" of a discount rate is no frequency.
    found = {"/year": "", "%/year": "%"}.get(found, found)
    return (f"1{found}" if found.startswith("/") else found) or units.DIMENSIONLESS, multiple


def fits(unit: str, wanted: str, exactly: bool = False) -> bool:
    """Whether two units measure the same thing, counted things apart unless `exactly`."""

    def dimensions(text: str) -> tuple[tuple[str, float], ...]:
        return tuple((n, p) for n, p in units.unit(text).dimensions if exactly or n not in _COUNTS)

    return dimensions(unit) == dimensions(wanted)


def fitting(candidates: str | list[str], unit: str) -> list[str]:
    """The candidates that the unit fits, those that it fits exactly first."""
    names = [candidates] if isinstance(candidates, str) else list(candidates)
    rows = glossary.quantities()
    return sorted(
        (name for name in names if fits(unit, rows[name].unit)), key=lambda name: not fits(unit, rows[name].unit, True)
    )


def entry_for(name: str, part: str, mapping: Mapping[str, Any], group: Mapping[str, Any]) -> dict[str, Any] | None:
    """How an input or output of this name reads: by the group, the general table, the planner's own name, a pattern.

    "total_low" reads as "total" in the variant "low"; "api_year2" as a cash flow in month 24.
    """
    known = {**mapping.get(part, {}), **group.get(part, {})}
    if name in known:
        return _table(known[name])
    if name in glossary.quantities():
        return {"quantity": [name]}
    if part == "inputs":
        for pattern in mapping.get("pattern", ()):
            match = re.fullmatch(pattern["match"], name, re.IGNORECASE)
            if match:
                flow = {"side": pattern["side"], "line": name, "month": 12 * int(match["year"])}
                return {"flow": flow, "received": pattern.get("received", False)}
    base, _, suffix = name.rpartition("_")
    if suffix in mapping.get("variants", ()) and (entry := entry_for(base, part, mapping, group)):
        return {**entry, "variant": suffix}
    return None


def _table(given: Any) -> dict[str, Any]:
    """An entry as a table; a bare name or list is a choice by unit."""
    return dict(given) if isinstance(given, dict) else {"choice": [given] if isinstance(given, str) else list(given)}


def read_case(case: Mapping[str, Any], mapping: Mapping[str, Any], group: Mapping[str, Any]) -> Reading:
    """The inputs of a case as quantities; what cannot be read is listed."""
    reading = Reading()
    counted: dict[tuple[str, str], int] = {}
    for name, item in case["inputs"].items():
        value, unit = (item.get("value"), item.get("unit", "1")) if isinstance(item, dict) else (item, "1")
        entry = entry_for(name, "inputs", mapping, group)
        if entry is not None and entry.get("skip"):
            continue
        if isinstance(value, str) and not (entry and ("each" in entry or "flows" in entry)):
            reading.texts[name] = value
        elif entry is None or not _read_input(value, str(unit), entry, mapping["words"], reading, counted):
            reading.unread.append(name)
    return reading


def _read_input(
    value: Any,
    unit: str,
    table: Mapping[str, Any],
    words: Mapping[str, str],
    reading: Reading,
    counted: dict[tuple[str, str], int],
) -> bool:
    """Add one input to the reading; False where it does not fit."""
    text, multiple = (table["unit"], 1.0) if "unit" in table else case_unit(unit, words)
    factor = units.unit(text).factor * multiple
    if "flow" in table:
        flow = table["flow"]
        sign = 1 if table.get("received") else -1
        reading.flows.append((flow["side"], flow["line"], int(flow["month"]), sign * float(value) * factor))
        return True
    if "each" in table or "flows" in table:
        numbers = [float(part) for part in str(value).strip("[]").split(",")]
        if "flows" in table:
            # Received and paid as signed, at the start and at the end of every year.
            flows = enumerate(numbers)
            reading.flows.extend(("own", table["flows"], 12 * year, number * factor) for year, number in flows)
            return True
        reading.values[""].update(zip(table["each"], [number * factor for number in numbers], strict=False))
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    words_of = [name for word, name in table.get("by_word", {}).items() if word in unit]
    if words_of:
        names = words_of[:1]
    elif "choice" in table:
        names = fitting(table["choice"], text)[:1]
    else:
        names = _quantities(table["quantity"])
        if "over" in table:
            over = re.fullmatch(r"([\d.]+) (.+)", table["over"])
            factor = factor / (float(over[1]) * units.unit(over[2]).factor) if over else factor
        elif any(not fits(text, glossary.quantities()[name].unit) for name in names):
            return False
    variant = table.get("variant", "")
    values = reading.values.setdefault(variant, {})
    for name in names:
        counted[name, variant] = counted.get((name, variant), 0) + 1
        values[name] = value * factor + (values[name] if counted[name, variant] > 1 else 0)
    return bool(names)
