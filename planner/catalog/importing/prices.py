"""Cloud prices from tables: one entry an offer, the median of its regions, implausible prices told with the reason."""

from __future__ import annotations

import ast
import datetime
import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, folded
from planner.catalog.importing.rows import Change, Findings, Row, Said, Settings, slug, source_of, table_source
from planner.errors import InputError

_UNIT = "USD/accelerator/h"
PRICES = ("on_demand_price", "reserved_1y_price", "reserved_3y_price", "block_price", "spot_price")
# Names that mean one thing in the SkyPilot catalog and another among people.
_SKYPILOT_NAMES = {"A100": "a100-sxm-40gb", "A100-80GB": "a100-sxm-80gb", "H200": "h200-sxm", "H100": "h100-sxm"}
# An offer so far above or below every known price of the accelerator is a mistake; spot prices fall far.
_FAR_ABOVE, _FAR_BELOW = 5.0, 10.0
# Where no price of the accelerator is known.
_CHEAPEST, _DEAREST = 0.01, 50.0
# Whole hundreds of dollars an hour that several unlike offers ask, or that nobody would pay, mean "no price".
_HUNDRED = 100.0
# Driver, label and marketing count memory by three conventions that differ by less than this.
_MEMORY_TOLERANCE = 0.12


@dataclass
class Offer:
    """One row: what is rented, where, and at what price by the accelerator and hour."""

    line: int
    provider: str
    instance: str
    accelerator: str
    count: float
    region: str
    prices: dict[str, float]
    memory: float | None = None
    zone: str = ""
    source: str = ""
    where: str = ""
    as_of: str = ""


def skypilot(
    rows: list[tuple[int, Row]], catalog: Catalog, said: Said, findings: Findings, described: dict[str, dict[str, Any]]
) -> list[Change]:
    """Rows of a vms.csv: prices are of the whole instance."""
    source = table_source(catalog, said, described)
    offers = []
    for line, row in rows:
        name, instance = row.get("AcceleratorName", ""), row.get("InstanceType", "")
        if not name:
            findings.add(line, "has no accelerator")
            continue
        if name.casefold().startswith("tpu-"):
            findings.add(line, "TPU slices do not say how many chips they have: enter them as a plain table")
            continue
        count = _number(row.get("AcceleratorCount", ""))
        if not count or count < 1:
            findings.add(line, f"'{row.get('AcceleratorCount', '')}' is no number of accelerators")
            continue
        prices = {}
        for column, price_name in (("Price", "on_demand_price"), ("SpotPrice", "spot_price")):
            value = _price(row.get(column, ""), line, column, findings)
            if value is not None:
                prices[price_name] = value / count
        offers.append(
            Offer(
                line,
                said.provider or "",
                instance,
                _SKYPILOT_NAMES.get(name, name),
                count,
                row.get("Region", ""),
                prices,
                _memory(row.get("GpuInfo", "")),
                row.get("AvailabilityZone", ""),
                source,
                "vms.csv",
                said.as_of or "",
            )
        )
    return _changes(offers, catalog, said, findings)


def plain(
    rows: list[tuple[int, Row]], catalog: Catalog, said: Said, findings: Findings, described: dict[str, dict[str, Any]]
) -> list[Change]:
    """Rows with columns provider, offer or instance, accelerator, accelerators, region and prices, unit in brackets."""
    columns = {name: _price_column(name) for name in (rows[0][1] if rows else {})}
    offers = []
    for line, row in rows:
        prices = {}
        for name, column in columns.items():
            if column is not None and row[name]:
                value = _price(row[name], line, name, findings, column[1])
                if value is not None:
                    prices[column[0]] = value
        title = row.get("source", "") or said.source or ""
        if not title:
            findings.add(line, "has no source: give a column source, or --source")
            continue
        if title == said.source:
            source = table_source(catalog, said, described)
        else:
            source = source_of(title, row.get("source_url", ""), catalog, described)
        count = _number(row.get("accelerators", "") or "1") or 1.0
        instance = row.get("instance", "") or row.get("offer", "")
        day = row.get("date", "") or row.get("as_of", "") or said.as_of or ""
        offers.append(
            Offer(line, row["provider"] or said.provider or "", instance, row["accelerator"], count,
                  row.get("region", ""), prices, None, row.get("zone", ""), source, row.get("where", ""), day)
        )  # fmt: skip
    return _changes(offers, catalog, said, findings)


def _price_column(name: str) -> tuple[str, str] | None:
    """'spot_price [USD/accelerator/h]' -> the field and its unit."""
    title, _, unit = name.partition("[")
    if title.strip() not in PRICES:
        return None
    return title.strip(), unit.strip(" ]") or _UNIT


def _changes(offers: list[Offer], catalog: Catalog, said: Said, findings: Findings) -> list[Change]:
    """One change per instance that is left after every check."""
    known = {entry.key: entry for entry in catalog.entries("clouds")}
    stand_ins = _stand_ins(offers)
    groups: dict[tuple[str, str], list[Offer]] = {}
    seen: dict[tuple[str, ...], Offer] = {}
    for offer in offers:
        if said.region and offer.region != said.region:
            continue
        if not offer.provider or not offer.instance:
            findings.add(offer.line, "has no provider (--provider) or no name of the offer")
            continue
        accelerator = _accelerator(offer, catalog, findings)
        if accelerator is None or not _first(offer, seen, findings):
            continue
        _check_prices(offer, accelerator, list(known.values()), stand_ins, findings)
        if offer.prices:
            offer.accelerator = accelerator.key
            groups.setdefault((offer.provider, offer.instance), []).append(offer)
    return [_change(_newest(group, findings), known) for group in groups.values()]


def _accelerator(offer: Offer, catalog: Catalog, findings: Findings) -> Entry | None:
    """The catalog's accelerator of this name; where the table gives a memory, it must be that accelerator's."""
    if not offer.accelerator:
        findings.add(offer.line, "has no accelerator")
        return None
    try:
        accelerator = catalog.find("accelerators", offer.accelerator)
    except InputError as error:
        findings.add(offer.line, error.problems[0].message)
        return None
    fact = accelerator.facts.get("memory_capacity")
    if offer.memory is not None and fact is not None and abs(offer.memory / fact.value - 1) > _MEMORY_TOLERANCE:
        given, has = (f"{value / 1e9:.0f} GB" for value in (offer.memory, fact.value))
        findings.add(offer.line, f"{offer.accelerator} with {given}: {accelerator.key} has {has}")
        return None
    return accelerator


def _first(offer: Offer, seen: dict[tuple[str, ...], Offer], findings: Findings) -> bool:
    """Whether no earlier row is of the same offer in the same place and of the same day."""
    key = (offer.provider, offer.instance, offer.accelerator, offer.region, offer.zone, offer.as_of, offer.source)
    earlier = seen.setdefault(key, offer)
    if earlier is offer:
        return True
    if earlier.prices == offer.prices:
        findings.add(offer.line, f"repeats line {earlier.line}")
    else:
        findings.add(offer.line, f"contradicts line {earlier.line} on the same offer: the first is taken")
    return False


def _check_prices(
    offer: Offer, accelerator: Entry, clouds: list[Entry], stand_ins: set[float], findings: Findings
) -> None:
    """Take implausible prices out of an offer, each with its reason."""
    low, high = _plausible(accelerator, clouds)
    for name, price in list(offer.prices.items()):
        whole = price * offer.count
        if whole in stand_ins or (price > high and whole % _HUNDRED == 0):
            reason = f"{whole:g} USD an hour stands for 'no price'"
        elif not low <= price <= high:
            reason = (
                f"{price:.4g} {_UNIT} is implausible for {accelerator.key}: known prices allow {low:.2g} to {high:.3g}"
            )
        else:
            continue
        findings.add(offer.line, f"{name}: {reason}")
        del offer.prices[name]
    ceiling = offer.prices.get("on_demand_price")
    for name, price in list(offer.prices.items()):
        if ceiling is None or name == "on_demand_price":
            continue
        if price > ceiling:
            findings.add(offer.line, f"{name}: {price:.4g} is above the on-demand price of {ceiling:.4g} {_UNIT}")
            del offer.prices[name]
        elif price == ceiling and name == "spot_price":
            findings.add(offer.line, "spot_price: equals the on-demand price, so there is no spot market")
            del offer.prices[name]
    if not offer.prices:
        findings.add(offer.line, "no price is left")


def _plausible(accelerator: Entry, clouds: list[Entry]) -> tuple[float, float]:
    """The lowest and highest price by the hour that known offers of an accelerator make believable."""
    prices = [
        float(units.convert(cloud.facts[name].value, _UNIT))
        for cloud in clouds
        if cloud.references.get("accelerator") == accelerator.key
        for name in PRICES
        if name in cloud.facts and cloud.facts[name].value > 0
    ]
    return (min(prices) / _FAR_BELOW, max(prices) * _FAR_ABOVE) if prices else (_CHEAPEST, _DEAREST)


def _stand_ins(offers: list[Offer]) -> set[float]:
    """Whole hundreds of dollars an hour that several unlike offers ask."""
    unlike: dict[float, set[tuple[str, float]]] = {}
    for offer in offers:
        for price in offer.prices.values():
            whole = price * offer.count
            if whole and whole % _HUNDRED == 0:
                unlike.setdefault(whole, set()).add((offer.accelerator, offer.count))
    return {whole for whole, kinds in unlike.items() if len(kinds) > 1}


def _newest(offers: list[Offer], findings: Findings) -> list[Offer]:
    """The rows of the latest day; the others are told."""
    day = max(offer.as_of for offer in offers)
    for offer in offers:
        if offer.as_of != day:
            findings.add(offer.line, f"{offer.instance} has prices of a later day, {day}")
    return [offer for offer in offers if offer.as_of == day]


def _change(offers: list[Offer], known: Mapping[str, Entry]) -> Change:
    """Rows of one instance as settings of its entry: the median of the regions, the others as range."""
    first = offers[0]
    key, new = _key(first, known)
    regions = sorted({offer.region for offer in offers if offer.region})
    settings: Settings = {}
    if new:
        settings[("provider",)] = first.provider
        settings[("instance",)] = first.instance
        settings[("accelerator",)] = first.accelerator
        settings["accelerators", "value"] = f"{first.count:g} accelerator"
        settings["accelerators", "source"] = first.source
        if regions:
            settings[("region",)] = regions[0] if len(regions) == 1 else f"{len(regions)} regions"
    for name in PRICES:
        priced = [offer for offer in offers if name in offer.prices]
        if not priced:
            continue
        prices = sorted(offer.prices[name] for offer in priced)
        settings[name, "value"] = _text(statistics.median_low(prices))
        settings[name, "low"] = _text(prices[0]) if prices[0] < prices[-1] else None
        settings[name, "high"] = _text(prices[-1]) if prices[0] < prices[-1] else None
        settings[name, "kind"] = "quoted"
        settings[name, "source"] = first.source
        settings[name, "where"] = first.where or None
        settings[name, "as_of"] = _day(first.as_of)
        settings[name, "note"] = f"Median of {len(prices)} prices." if len(prices) > 1 else None
    return Change("clouds", key, settings, f'name = "{first.provider} {first.instance}"\n' if new else "")


def _key(offer: Offer, known: Mapping[str, Entry]) -> tuple[str, bool]:
    """The entry of an offer, and whether it is new."""
    for entry in known.values():
        instances = {folded(str(entry.text.get("instance", "")))} | {folded(name) for name in entry.spellings}
        if folded(offer.instance) in instances and entry.references.get("accelerator") == offer.accelerator:
            return entry.key, False
    return slug(f"{offer.provider}-{offer.instance}"), True


def _text(price: float) -> str:
    return f"{price:.6g} {_UNIT}"


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _price(text: str, line: int, column: str, findings: Findings, unit: str = _UNIT) -> float | None:
    """A price by the accelerator and hour; None, with the reason told, where the text is none."""
    if text == "" or text.casefold() in ("nan", "none", "null"):
        return None
    value = _number(text)
    if value is None or value < 0:
        findings.add(line, f"{column}: '{text[:40]}' is no price")
        return None
    if value == 0:
        findings.add(line, f"{column}: 0 stands for 'no price'")
        return None
    if unit == _UNIT:
        return value
    try:
        quantity = glossary.kinds()["clouds"].fields["on_demand_price"]
        return float(units.convert(units.read(f"{value} {unit}", quantity.unit), _UNIT))
    except units.UnitError as error:
        findings.add(line, f"{column}: {error}")
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _memory(info: str) -> float | None:
    """The memory of one accelerator in bytes, from the GpuInfo column: a Python literal."""
    try:
        described = ast.literal_eval(info) if info and len(info) < 10_000 else {}
        size = described["Gpus"][0]["MemoryInfo"]["SizeInMiB"]
        return float(size) * 2**20
    except (ValueError, SyntaxError, KeyError, IndexError, TypeError, MemoryError, RecursionError):
        return None
