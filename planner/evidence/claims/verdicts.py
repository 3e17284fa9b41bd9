"""Verdicts on what the source documents say: every claim held against the model, the catalogs and published figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from planner import units
from planner.catalog.catalog import Catalog
from planner.errors import InputError, one, unknown
from planner.evidence.claims import checks, documents
from planner.evidence.claims.checks import AGREES, CONTRADICTS, DEPENDS, ITSELF, KINDS, RUN, UNCHECKED, VERDICTS
from planner.evidence.claims.documents import Claim, Seeds
from planner.evidence.claims.runs import Bench, Check, Evidence, MissingError, Run
from planner.model import derivation, wiring
from planner.model.derivation import Step
from planner.plan import derivation_text
from planner.scenario.scenario import Resolved
from planner.tables import Cell, Table

_SHORTEST_REASON = 40


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    verdict: str
    reason: str
    kind: str
    # What was computed, in base units, and the unit that shows it.
    value: float | None = None
    unit: str = ""
    # The check as written, and the runs that can explain it.
    given: Mapping[str, Any] = field(default_factory=dict)
    runs: tuple[tuple[Run, str], ...] = ()


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
    def computed(self) -> Finding | None:
        """The first finding that computed what was said; None where nothing of it was computed.

        A check that expects another figure than the claim's own tests what follows from the claim.
        """
        computed = [finding for finding in self.findings if finding.value is not None]
        if self.claim.has_figure:
            computed = [finding for finding in computed if "expect" not in finding.given]
        return computed[0] if computed else None


class Court:
    """Everything needed to judge claims: the ledger, its checks and the catalogs they run on."""

    def __init__(self, catalog: Catalog):
        self.catalog = catalog
        self.seeds: Seeds = documents.load()
        self.checks = checks.load(self.seeds, self.catalog.sources)
        self.bench = Bench(self.catalog, self.seeds)

    def judge(self, name: str) -> Judgement:
        """One claim."""
        claim = self.seeds.claim(name)
        return Judgement(claim, tuple(self._checked(check) for check in self.checks[name]))

    def judge_all(self) -> list[Judgement]:
        """Every claim of the ledger, in its order."""
        return [self.judge(name) for name in self.seeds.claims]

    def _checked(self, check: Check) -> Finding:
        gather = KINDS[check.kind].gather
        if gather is None:
            return Finding(UNCHECKED, check.given["reason"], check.kind, unit=check.unit, given=check.given)
        try:
            evidence = gather(self.bench, check)
        except (MissingError, InputError, units.UnitError) as error:
            missing = "; ".join(str(error).splitlines())
            return Finding(UNCHECKED, f"missing: {missing}", check.kind, unit=check.unit, given=check.given)
        verdict, reason = self._verdict(check, evidence)
        return Finding(verdict, reason, check.kind, evidence.value, check.unit, check.given, evidence.runs)

    def _verdict(self, check: Check, evidence: Evidence) -> tuple[str, str]:
        """What the evidence says of the claim, and why."""
        value = evidence.value
        note = f"{check.given['note']}: " if "note" in check.given else ""
        reason = f"{note}{evidence.how}" + ("" if value is None else f" = {check.worded(value)}")
        if evidence.depends:
            return DEPENDS, f"{evidence.depends}; {note}{evidence.how}"
        if evidence.holds or (evidence.holds is None and value is not None and check.agrees(value)):
            return AGREES, reason
        reason += _distance(check, value)
        verdict = check.given.get("fails", KINDS[check.kind].fails)
        if verdict != CONTRADICTS or "fails" in check.given:
            return verdict, reason
        named = "" if check.kind == checks.OTHER_SOURCES else f" ({', '.join(evidence.others)})"
        own = {self.seeds.claim(name).source for name in evidence.others} == {check.claim.source}
        return ITSELF if own else CONTRADICTS, reason + named


def _distance(check: Check, value: float | None) -> str:
    """By how much the computed value misses the nearer end of what was said."""
    if value is None:
        return ""
    end = check.low if check.low is not None and value < check.low else check.high
    if end is None:
        return ""
    if not end:
        return f", differs by {check.worded(value, 3)}"
    return f", differs by {units.number_text(100 * (value / end - 1), 3)} % from {check.worded(end)}"


def matching(judgements: list[Judgement], verdict: str | None) -> list[Judgement]:
    """The judgements whose verdict starts with `verdict`."""
    if verdict is not None and not any(name.startswith(verdict) for name in VERDICTS):
        raise one("claims", "--verdict", unknown("verdict", verdict, VERDICTS))
    return [judgement for judgement in judgements if judgement.verdict.startswith(verdict or "")]


# The judgements as data, as a table and as text


def to_json(judgements: list[Judgement]) -> dict[str, Any]:
    """The stable JSON shape: claims with verdicts, and how many of each verdict."""
    counts = Counter(judgement.verdict for judgement in judgements)
    return {
        "claims": [_row(judgement) for judgement in judgements],
        "by_verdict": {verdict: counts[verdict] for verdict in VERDICTS},
    }


def _row(judgement: Judgement) -> dict[str, Any]:
    claim, computed = judgement.claim, judgement.computed
    return {
        "id": claim.id,
        "said": claim.said,
        "computed": _shown(computed) if computed else None,
        "unit": computed.unit if computed else claim.unit,
        "verdict": judgement.verdict,
        "reason": judgement.reason,
        "source": claim.source,
        "subject": claim.subject,
        "quantity": claim.quantity,
        "paraphrase": claim.paraphrase,
        "used_as": claim.used_as,
        "findings": [
            {"kind": finding.kind, "verdict": finding.verdict, "reason": finding.reason}
            | {"computed": _shown(finding), "unit": finding.unit}
            # What it was computed from.
            | {key: finding.given[key] for key in RUN if key in finding.given}
            for finding in judgement.findings
        ],
    }


def _shown(finding: Finding) -> float | None:
    return None if finding.value is None else float(units.convert(finding.value, finding.unit))


def table(judgements: list[Judgement], width: int | None = None) -> Table:
    """Claims with said, computed, verdict and reason; the reason is cut where rows would be wider than `width`."""
    columns = ["claim", "said", "computed", "unit", "verdict", "reason"]
    rows: list[list[Cell]] = []
    for judgement in judgements:
        row = _row(judgement)
        said = row["said"] if judgement.claim.has_figure else "(in words)"
        unit = "" if row["unit"] in ("1", *documents.PLAIN) else row["unit"]
        rows.append([row["id"], said, row["computed"], unit, row["verdict"], row["reason"]])
    whole = Table(columns, rows, frozenset({1, 2}))
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


def _derived(finding: Finding) -> Iterator[tuple[Step, Resolved]]:
    """The derivation of every quantity that a finding computed, with the scenario it belongs to."""
    for run, quantity in finding.runs:
        whole = wiring.evaluate([quantity], run.resolved)
        yield derivation.derivation(quantity, whole), whole


def explained_json(court: Court, judgement: Judgement) -> dict[str, Any]:
    """Everything behind a verdict as data."""
    row, sources = _row(judgement), court.catalog.sources
    for finding, told in zip(judgement.findings, row["findings"], strict=True):
        told["derivations"] = [derivation_text.derivation_json(*derived, sources) for derived in _derived(finding)]
    return row


def explained(court: Court, judgement: Judgement) -> str:
    """Everything behind a verdict, down to the derivation of what was computed."""
    claim = judgement.claim
    source = court.seeds.sources[claim.source]
    parts = [
        f"{claim.id}: {claim.subject}, {claim.quantity}\nsaid: {claim.said}\n      {claim.paraphrase}"
        f"\n      {source['title']} ({source['publisher']}), {claim.section}, {claim.line}; {claim.period}",
        f"verdict: {judgement.verdict}",
    ]
    for number, finding in enumerate(judgement.findings, 1):
        parts.append(f"{number}. {finding.kind}: {finding.verdict}\n   {finding.reason}")
        for tree, whole in _derived(finding):
            derived = derivation_text.derivation_text(tree, whole, court.catalog.sources)
            parts.append(f"{whole.scenario.name}\n{derived}")
    return "\n\n".join(parts)
