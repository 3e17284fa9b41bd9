"""planner check"""

from collections.abc import Sequence

from planner.commands.arguments import Arguments, Parser
from planner.commands.output import Answer, add_text


def configure(parser: Parser) -> None:
    add_text(parser)


def run(args: Arguments) -> Answer:
    from planner import glossary
    from planner.errors import Problem, gathered
    from planner.evidence.claims import verdicts
    from planner.model import check, wiring
    from planner.plan import planning
    from planner.scenario import scenario_file

    of_scenarios: list[Problem] = []
    of_claims: list[Problem] = []
    shipped = scenario_file.shipped_names(args.catalog)
    for path in shipped.values():
        with gathered(of_scenarios):
            planning.plan(scenario_file.load(path, args.catalog), args.catalog, bands=False)
    claimed = 0
    with gathered(of_claims):
        claimed = len(verdicts.Court(args.catalog).seeds.claims)
    problems = {
        "model": check.problems(),
        "catalogs": list(map(str, args.catalog.problems())),
        "scenarios": list(map(str, of_scenarios)),
        "claims": list(map(str, of_claims)),
    }
    counts = {
        "quantities": len(glossary.quantities()),
        "equations": sum(map(len, wiring.alternatives().values())),
        "entries": sum(len(args.catalog.keys(kind)) for kind in glossary.kinds()),
        "sources": len(args.catalog.sources),
        "scenarios": len(shipped),
        "claims": claimed,
    }
    lines = [f"{name}: {problem}" for name, each in problems.items() for problem in each]
    checked = ", ".join(f"{number} {name}" for name, number in counts.items())
    return Answer(
        text=lambda: "\n".join([*lines, f"checked {checked}: {counted(lines)}"]),
        data=lambda: {"checked": counts, "problems": problems, "ok": not lines},
        status=1 if lines else 0,
    )


def counted(problems: Sequence[object]) -> str:
    """How many problems there are, in words."""
    return f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
