"""Verdicts on what the source documents say: every claim held against the model, the catalogs and published figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from planner import units
from planner.catalog.catalog import Catalog
from planner.errors import one, unknown
from planner.evidence.claims import checks, documents, from_model
from planner.evidence.claims.checks import Check, Question
from planner.evidence.claims.documents import Claim, Seeds
from planner.evidence.claims.runs import Bench, Evidence, MissingError
from planner.model import derivation, wiring
from planner.model.derivation import Step
from planner.plan import derivation_text, plan
from planner.tables import Cell, Table

AGREES = "agrees"
DIFFERS = "differs"
REFUTED = "refuted by published measurements"
CONTRADICTS = "contradicts another source"
ITSELF = "contradicts itself"
WRONG = "arithmetic wrong"
DEPENDS = "depends"
UNCHECKED = "cannot be checked"
# Of several findings on one claim the first of these is its verdict.
VERDICTS = (WRONG, REFUTED, ITSELF, CONTRADICTS, DIFFERS, DEPENDS, AGREES, UNCHECKED)

_SHORTEST_REASON = 40
# What a finding tells of the run behind it.
_INPUTS = ("scenario", "workload", "choose", "set", "quantity", "over", "against", "form", "vary", "across", "cases")

# What it means that a check of this kind does not come out as the claim says.
_FAILS = {
    "model": DIFFERS,
    "covers": DIFFERS,
    "rank": DIFFERS,
    "rules": DIFFERS,
    "catalog": DIFFERS,
    "names": DIFFERS,
    "generations": DIFFERS,
    "presets": DIFFERS,
    "offers": REFUTED,
    "published": REFUTED,
    "measured": REFUTED,
    "arithmetic": WRONG,
    "sum": WRONG,
    "contradiction": CONTRADICTS,
    "order": CONTRADICTS,
}


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    verdict: str
    reason: str
    check: Check | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Judgement:
    """A claim with its findings, in the order of its checks: the first says most directly what was claimed."""

    claim: Claim
    findings: tuple[Finding, ...]

    @property
    def graded(self) -> list[Finding]:
        """The findings, the one that decides first."""
        return sorted(self.findings, key=lambda finding: VERDICTS.index(finding.verdict))

    @property
    def verdict(self) -> str:
        return self.graded[0].verdict

    @property
    def reason(self) -> str:
        """Why, in one line: the deciding finding, then what else was found."""
        return "; ".join(dict.fromkeys(finding.reason for finding in self.graded))

    @property
    def computed(self) -> tuple[float, str] | None:
        """The first computed base value of what was said, and its unit; None where nothing of it was computed.

        A check that expects another figure than the claim's own tests what follows from the claim.
        """
        has_figure = self.claim.low is not None or self.claim.high is not None
        for finding in self.findings:
            check, evidence = finding.check, finding.evidence
            if check is None or evidence is None or evidence.value is None:
                continue
            if not (has_figure and "expect" in check.given):
                return evidence.value, check.unit
        return None


class Court:
    """Everything needed to judge claims: the ledger, its checks and the catalogs they run on."""

    def __init__(self, catalog: Catalog | None = None):
        self.catalog = catalog or Catalog()
        self.seeds: Seeds = documents.load()
        self.checks = checks.load(self.seeds, self.catalog.sources)
        self.questions = checks.questions(self.seeds)
        self.bench = Bench(self.catalog, self.seeds)

    def judge(self, name: str) -> Judgement:
        """One claim."""
        claim = self.seeds.claim(name)
        found = [self._finding(check) for check in self.checks[name]]
        found += [self._answered(claim, question) for question in self.questions if name in question.answers]
        return Judgement(claim, tuple(found))

    def judge_all(self) -> list[Judgement]:
        """Every claim of the ledger, in its order."""
        return [self.judge(name) for name in self.seeds.claims]

    def _finding(self, check: Check) -> Finding:
        if check.kind == "not checkable":
            return Finding(UNCHECKED, check.given["reason"], check)
        try:
            found = from_model.gather(self.bench, check)
        except MissingError as error:
            return Finding(UNCHECKED, f"missing: {error}", check)
        computed = f"{found.how}{_value(check, found)}"
        note = f"{check.given['note']}: " if "note" in check.given else ""
        if found.depends:
            return Finding(DEPENDS, f"{found.depends}; {note}{found.how}", check, found)
        if found.holds:
            return Finding(AGREES, f"{note}{computed}", check, found)
        reason = f"{note}{computed}{_distance(check, found)}"
        if check.kind not in ("contradiction", "order") or "fails" in check.given:
            return Finding(check.given.get("fails", _FAILS[check.kind]), reason, check, found)
        others = check.given["other"]
        own = {self.seeds.claim(other).source for other in others} == {check.claim.source}
        return Finding(ITSELF if own else CONTRADICTS, f"{reason} ({', '.join(others)})", check, found)

    def _answered(self, claim: Claim, question: Question) -> Finding:
        """How the claim's answer compares with those of the other claims asked the same."""
        mine = question.answers[claim.id]
        others = {name: answer for name, answer in question.answers.items() if name != claim.id}
        differing = [name for name, answer in others.items() if not self._same(claim, mine, name, answer, question)]
        if not differing:
            return Finding(AGREES, f"{question.asks} {', '.join(others)}: the same")
        own = all(self.seeds.claim(name).source == claim.source for name in differing)
        said = ", ".join(f"{name} says {others[name] or self.seeds.claim(name).said}" for name in differing)
        return Finding(ITSELF if own else CONTRADICTS, f"{question.asks} {said}")

    def _same(self, claim: Claim, mine: str, name: str, answer: str, question: Question) -> bool:
        if mine or answer:
            return mine == answer
        other = self.seeds.claim(name)
        low, high = claim.low or 0, claim.high if claim.high is not None else float("inf")
        other_low, other_high = other.low or 0, other.high if other.high is not None else float("inf")
        slack = 1 + question.tolerance
        return low <= other_high * slack and other_low <= high * slack


def _value(check: Check, evidence: Evidence) -> str:
    return "" if evidence.value is None else f" = {checks.worded(evidence.value, check.unit)}"


def _distance(check: Check, evidence: Evidence) -> str:
    """By how much the computed value misses the nearer end of what was said."""
    if evidence.value is None:
        return ""
    end = check.low if check.low is not None and evidence.value < check.low else check.high
    if end is None:
        return ""
    if not end:
        return f", differs by {checks.worded(evidence.value, check.unit, 3)}"
    return (
        f", differs by {units.number_text(100 * (evidence.value / end - 1), 3)} % from {checks.worded(end, check.unit)}"
    )


def matching(judgements: list[Judgement], verdict: str | None) -> list[Judgement]:
    """The judgements whose verdict starts with `verdict`."""
    if verdict is None:
        return judgements
    if not any(name.startswith(verdict) for name in VERDICTS):
        raise one("claims", "--verdict", unknown("verdict", verdict, VERDICTS))
    return [found for found in judgements if found.verdict.startswith(verdict)]


def to_json(judgements: list[Judgement]) -> dict[str, Any]:
    """The stable JSON shape: claims with verdicts, and how many of each verdict."""
    counts = Counter(found.verdict for found in judgements)
    return {
        "claims": [_row(found) for found in judgements],
        "by_verdict": {verdict: counts[verdict] for verdict in VERDICTS},
    }


def _row(found: Judgement) -> dict[str, Any]:
    claim = found.claim
    value, unit = found.computed or (None, claim.unit)
    return {
        "id": claim.id,
        "said": claim.said,
        "computed": None if value is None else float(units.convert(value, unit)),
        "unit": unit,
        "verdict": found.verdict,
        "reason": found.reason,
        "source": claim.source,
        "subject": claim.subject,
        "quantity": claim.quantity,
        "paraphrase": claim.paraphrase,
        "used_as": claim.used_as,
        "findings": [_finding_row(finding) for finding in found.findings],
    }


def _finding_row(finding: Finding) -> dict[str, Any]:
    """One finding with what it was computed from."""
    check, evidence = finding.check, finding.evidence
    value = None if evidence is None or check is None else evidence.value
    row: dict[str, Any] = {"kind": check.kind if check else "other sources", "verdict": finding.verdict}
    row |= {"reason": finding.reason, "computed": None, "unit": check.unit if check else ""}
    if value is not None and check is not None:
        row["computed"] = float(units.convert(value, check.unit))
    return row | {key: check.given[key] for key in _INPUTS if check and key in check.given}


def table(judgements: list[Judgement], width: int | None = None) -> Table:
    """Claims with said, computed, verdict and reason; the reason is cut where rows would be wider than `width`."""
    rows: list[list[Cell]] = []
    for found in judgements:
        claim = found.claim
        value, unit = found.computed or (None, claim.unit)
        computed = None if value is None else float(units.convert(value, unit))
        said = claim.said if claim.low is not None or claim.high is not None else "(in words)"
        unit = "" if unit in ("1", *documents.PLAIN) else unit
        rows.append([claim.id, said, computed, unit, found.verdict, found.reason])
    whole = Table(["claim", "said", "computed", "unit", "verdict", "reason"], rows, frozenset({1, 2}))
    if width is None or not rows:
        return whole
    longest = [max(len(text[i]) for text in whole.texts) for i in range(5)]
    room = max(_SHORTEST_REASON, width - sum(longest) - 2 * len(longest))
    return replace(whole, rows=[[*row[:5], _cut(str(row[5]), room)] for row in rows])


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def counts(judgements: list[Judgement]) -> str:
    """How many claims have each verdict, in words."""
    by_verdict = to_json(judgements)["by_verdict"]
    return ", ".join(f"{number} {verdict}" for verdict, number in by_verdict.items() if number)


def _derived(finding: Finding) -> Iterator[tuple[Step, plan.Plan]]:
    """The derivation of every quantity that a finding computed, with the plan it belongs to."""
    for run, quantity in finding.evidence.runs if finding.evidence else ():
        options = run.resolved.options
        values = wiring.evaluate([quantity], run.given, options)
        tree = derivation.derivation(quantity, values, run.given, options)
        yield tree, plan.Plan(run.resolved, dict(run.given), {}, {}, {}, [])


def explained_json(court: Court, found: Judgement) -> dict[str, Any]:
    """Everything behind a verdict as data."""
    row = _row(found)
    for finding, told in zip(found.findings, row["findings"], strict=True):
        told["derivations"] = [
            derivation_text.derivation_json(*pair, court.catalog.sources) for pair in _derived(finding)
        ]
    return row


def explained(court: Court, found: Judgement) -> str:
    """Everything behind a verdict, down to the derivation of what was computed."""
    claim = found.claim
    source = court.seeds.sources[claim.source]
    parts = [
        f"{claim.id}: {claim.subject}, {claim.quantity}\nsaid: {claim.said}\n      {claim.paraphrase}"
        f"\n      {source['title']} ({source['publisher']}), {claim.section}, {claim.line}; {claim.period}",
        f"verdict: {found.verdict}",
    ]
    for number, finding in enumerate(found.findings, 1):
        kind = finding.check.kind if finding.check else "other sources"
        parts.append(f"{number}. {kind}: {finding.verdict}\n   {finding.reason}")
        for tree, whole in _derived(finding):
            parts.append(
                f"{whole.scenario.name}\n{derivation_text.derivation_text(tree, whole, court.catalog.sources)}"
            )
    return "\n\n".join(parts)
