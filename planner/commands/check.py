"""planner check"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from planner import glossary
    from planner.errors import InputError
    from planner.evidence.claims import verdicts
    from planner.model import check, wiring
    from planner.plan import planning
    from planner.scenario import scenario_file

    catalog = arguments.catalog(args)
    found = {"model": check.problems(), "catalogs": [str(problem) for problem in catalog.problems()]}
    found |= {"scenarios": [], "claims": []}
    shipped = scenario_file.shipped_names(catalog)
    for path in shipped.values():
        try:
            planning.plan(scenario_file.load(path), catalog, bands=False)
        except InputError as error:
            found["scenarios"].extend(map(str, error.problems))
    try:
        claimed = len(verdicts.Court(catalog).seeds.claims)
    except InputError as error:
        found["claims"].extend(map(str, error.problems))
        claimed = 0
    counts = {
        "quantities": len(glossary.quantities()),
        "equations": sum(map(len, wiring.alternatives().values())),
        "entries": sum(len(catalog.keys(kind)) for kind in glossary.kinds()),
        "sources": len(catalog.sources),
        "scenarios": len(shipped),
        "claims": claimed,
    }
    count = sum(map(len, found.values()))
    if args.json:
        arguments.print_json({"checked": counts, "problems": found, "ok": count == 0})
    else:
        for name, problems in found.items():
            for problem in problems:
                print(f"{name}: {problem}")
        checked = ", ".join(f"{number} {name}" for name, number in counts.items())
        print(f"checked {checked}: {count} problem{'' if count == 1 else 's'}")
    return 1 if count else 0
