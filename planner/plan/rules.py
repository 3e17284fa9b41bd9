"""Rules of export, residency, grid and cooling: which options are allowed, and why the others are not."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from planner import fields, glossary, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry
from planner.errors import InputError, Problem, unknown
from planner.fields import At, Field
from planner.scenario.scenario import Resolved

ALLOWED, CONDITION, LICENCE, EXCLUDED = "allowed", "condition", "licence", "excluded"
# From the mildest to the strictest; an option takes the strictest of what holds for it.
VERDICTS = (ALLOWED, CONDITION, LICENCE, EXCLUDED)
_ANY = "any"


@dataclass(frozen=True)
class Finding:
    """What one rule says about one option."""

    rule: str
    option: str
    verdict: str
    reason: str
    source: str = ""


class Rules:
    """Tables of rules, the strongest first."""

    def __init__(self, tables: Sequence[Mapping[str, Any]]):
        problems: list[Problem] = []
        self.tables = [form().read(table, At("rules.toml", problems)) for table in tables]
        if problems:
            raise InputError(problems)

    def home(self, provider: str) -> str:
        """Country where a provider has its head office, or an empty text."""
        return next((t["owners"][provider] for t in self.tables if provider in t["owners"]), "")

    def bloc(self, name: str) -> list[str]:
        """Countries of a bloc."""
        return next((t["blocs"][name] for t in self.tables if name in t["blocs"]), [])

    def findings(self, part: Resolved) -> list[Finding]:
        """What is said about the sites, accelerators, offers and loads of a scenario, or of one of its pools."""
        said: dict[Finding, None] = {}
        for pool in part.pools:
            said |= dict.fromkeys(self._of_pool(pool, functools.partial(_value, part, pool)))
        return list(said)

    def _of_pool(self, pool: Resolved, value: Callable[[str], Any]) -> Iterator[Finding]:
        owner, wanted = _stated(pool)
        if (site := pool.entries.get("site")) is not None:
            country = str(site.text.get("country", ""))
            yield self.export(country, owner, pool.entries.get("accelerator"))
            if wanted != "none":
                yield self.residency(country, owner, wanted, site.key)
            yield from _grid(site, value("facility_power"))
            yield from self.limits(country, site.key, value)
        if (cloud := pool.entries.get("cloud")) is not None and wanted != "none":
            offer = self.cloud(cloud, owner, wanted)
            if offer.verdict == EXCLUDED and pool.options.get("ownership") != "rented":
                # What is owned breaks no rule by being compared with an offer that may not be used.
                offer = replace(offer, verdict=CONDITION, reason=f"{offer.reason}; its price is a comparison alone")
            yield offer
        if (system := pool.entries.get("system")) is not None and (cooling := pool.entries.get("cooling")) is not None:
            yield from self.fit(system, cooling)

    def export(self, site: str, owner: str, accelerator: Entry | None) -> Finding:
        """Whether an accelerator may go to a country under an owner of another."""
        option = f"{accelerator.key if accelerator else 'accelerators'} in {site}"
        for rule in (rule for table in self.tables for rule in table["export"]):
            if _fits(rule, site, owner, accelerator):
                return Finding("export control", option, rule["verdict"], rule["reason"], rule["source"])
        return Finding("export control", option, ALLOWED, "no rule known")

    def fit(self, system: Entry, cooling: Entry) -> Iterator[Finding]:
        """Whether a system can be cooled in the way chosen."""
        how, category = str(system.text.get("cooling", "")), cooling.text.get("category")
        for rule in (rule for table in self.tables for rule in table["fit"]):
            if category in rule["coolings"] and any(fnmatch.fnmatchcase(how, text) for text in rule["systems"]):
                option = f"{system.key} with {cooling.key}"
                yield Finding("cooling fit", option, rule["verdict"], rule["reason"], rule["source"])

    def limits(self, country: str, option: str, value: Callable[[str], Any]) -> Iterator[Finding]:
        """Limits that a country sets to figures of the plan, where they are passed."""
        rows = glossary.quantities()
        for rule in (rule for table in self.tables for rule in table["limit"]):
            reached = value(rule["quantity"])
            if country in rule["sites"] and reached is not None:
                most = units.read(rule["most"], rows[rule["quantity"]].unit)
                if float(reached) > most:
                    yield Finding("site limit", option, rule["verdict"], rule["reason"], rule["source"])

    def residency(self, country: str, owner: str, wanted: str, option: str) -> Finding:
        """Whether machines in a country keep data where they must stay."""
        if wanted == "none":
            return Finding("residency", option, ALLOWED, "data may be anywhere")
        if wanted == "owner-country" and owner == _ANY:
            return Finding("residency", option, CONDITION, "data must stay in the owner's country: set owner_country")
        allowed = [owner] if wanted == "owner-country" else self.bloc(wanted)
        place = owner if wanted == "owner-country" else f"the {wanted.replace('-', ' ').title()}"
        if country in allowed:
            return Finding("residency", option, ALLOWED, f"{country or 'its country'} keeps data in {place}")
        return Finding(
            "residency", option, EXCLUDED, f"data must stay in {place}; {country or 'its country'} is outside"
        )

    def cloud(self, entry: Entry, owner: str, wanted: str) -> Finding:
        """Whether a rented offer keeps data under the jurisdiction they must stay in."""
        provider = str(entry.text.get("provider", ""))
        finding = self.residency(self.home(provider), owner, wanted, entry.key)
        if finding.verdict == EXCLUDED:
            reason = finding.reason.replace("is outside", f"is the home of {provider}")
            return Finding("residency", entry.key, EXCLUDED, reason)
        return finding


def _limit_problems(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the value of a limit, which is one of its quantity."""
    row = glossary.quantities().get(rule["quantity"] or "")
    if row is not None and rule["most"] is not None:
        try:
            units.read(rule["most"], row.unit)
        except units.UnitError as error:
            yield "most", str(error)


def _rule_form(*own: Field, check: Any = lambda rule: ()) -> fields.Form:
    """A rule of one kind: what it holds for, and what it says."""
    said = (
        Field("verdict", fields.choice(VERDICTS), "what the rule says", required=True),
        Field("reason", fields.TEXT, "why, in a sentence", required=True),
        Field("source", fields.TEXT, "where it stands", ""),
    )
    return fields.Form((*own, *said), check=check)


@functools.cache
def form() -> fields.Form:
    """What a file of rules holds."""
    texts = fields.TEXTS
    export = _rule_form(
        Field("sites", texts, "countries of sites that it holds for; all where none is named"),
        Field("except_sites", texts, "countries of sites that it does not hold for", ()),
        Field("owners", texts, "countries of owners that it holds for; all where none is named"),
        Field("tags", texts, "tags of the accelerators that it holds for"),
        Field("vendors", texts, "makers of accelerators without a tag that it holds for"),
    )
    quantity = fields.name_of("quantity", glossary.quantities())
    limit = _rule_form(
        Field("sites", texts, "countries of the sites that it holds for", required=True),
        Field("quantity", quantity, "quantity of the plan", required=True),
        Field("most", fields.ANYTHING, "its highest value, with a unit", required=True),
        check=_limit_problems,
    )
    fit = _rule_form(
        Field(
            "systems", texts, "ways in which systems are cooled, as their entries say; * stands for any", required=True
        ),
        Field("coolings", texts, "categories of cooling", required=True),
    )
    return fields.Form(
        (
            Field("export", fields.tables(export), "where accelerators may go", ()),
            Field("limit", fields.tables(limit), "limits of a country to figures of the plan", ()),
            Field("fit", fields.tables(fit), "which cooling a system takes", ()),
            Field("owners", fields.named(lambda provider: fields.TEXT), "country of a provider's head office", {}),
            Field("blocs", fields.named(lambda bloc: fields.TEXTS), "countries of a bloc", {}),
        ),
        unknown=lambda name, names: unknown("kind of rule", name, names),
    )


def _fits(rule: Mapping[str, Any], site: str, owner: str, accelerator: Entry | None) -> bool:
    if rule["sites"] is not None and site not in rule["sites"]:
        return False
    if site in rule["except_sites"]:
        return False
    if rule["owners"] is not None and owner not in rule["owners"]:
        return False
    if rule["tags"] is None and rule["vendors"] is None:
        return True
    tags = set(accelerator.text.get("tags", ())) if accelerator else set()
    if tags & set(rule["tags"] or ()):
        return True
    known = any(tag.startswith("export-") or tag == "entity-list" for tag in tags)
    # Without a tag on the entry itself the maker decides.
    return not known and accelerator is not None and accelerator.text.get("vendor") in (rule["vendors"] or ())


def _value(part: Resolved, pool: Resolved, quantity: str) -> Any:
    """A quantity of all of it, or where there is none of the pool."""
    return part.get(quantity, pool.get(quantity))


def _stated(part: Resolved) -> tuple[str, str]:
    """Country of the owner, and where data must stay."""
    return part.options.get("owner_country", _ANY), part.options.get("data_residency", "none")


def _grid(site: Entry, power: Any) -> Iterator[Finding]:
    """Obligations of large loads at the site."""
    texts = [str(site.text[key]) for key in ("grid_rule", "price_rule") if key in site.text]
    threshold = site.facts.get("grid_rule_power")
    if power is None:
        return
    if threshold is None:
        yield from (Finding("large-load rule", site.key, CONDITION, text) for text in texts)
        return
    edge = units.text(threshold.value, "MW")
    for text in texts:
        if float(power) >= threshold.value:
            yield Finding("large-load rule", site.key, CONDITION, f"applies from {edge}: {text}", threshold.source)
        else:
            yield Finding("large-load rule", site.key, ALLOWED, f"the load is below {edge}", threshold.source)


def options(resolved: Resolved, catalog: Catalog) -> list[Finding]:
    """Every site and every rented offer with the strictest verdict and its reason, for this owner and accelerator."""
    rules = Rules(catalog.rules)
    owner, wanted = _stated(resolved)
    accelerator = resolved.entries.get("accelerator")
    strictest = []
    for site in catalog.entries("sites"):
        country = str(site.text.get("country", ""))
        both = [rules.export(country, owner, accelerator), rules.residency(country, owner, wanted, site.key)]
        worst = max(both, key=lambda finding: VERDICTS.index(finding.verdict))
        strictest.append(Finding(worst.rule, f"site {site.key}", worst.verdict, worst.reason, worst.source))
    for offer in catalog.entries("clouds"):
        about = rules.cloud(offer, owner, wanted)
        strictest.append(Finding(about.rule, f"cloud {offer.key}", about.verdict, about.reason, about.source))
    return strictest
