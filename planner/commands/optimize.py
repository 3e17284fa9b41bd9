"""planner optimize"""

from __future__ import annotations

import argparse
import sys

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", help="a scenario file, or the name of a shipped scenario")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="set a quantity or an option")
    parser.add_argument("--workload", choices=["training", "inference", "capacity"], help="what the cluster is for")
    parser.add_argument(
        "--choose",
        action="append",
        default=[],
        metavar="NAME=a,b,c",
        help="ROLE=entry,entry | ROLE=* | OPTION=a,b | NAME=a,b,c | NAME=lo:hi:n | NAME=lo:hi, continuous",
    )
    parser.add_argument("--minimize", metavar="NAME,...", default="", help="quantities to make small")
    parser.add_argument("--maximize", metavar="NAME,...", default="", help="quantities to make large")
    parser.add_argument("--so-that", action="append", default=[], metavar="CONDITION", help="'NAME <= VALUE'")
    parser.add_argument("--watch", metavar="NAME,...", default="", help="further quantities to show")
    parser.add_argument("--ignore-checks", action="store_true", help="allow scenarios that fail a check of the plan")
    parser.add_argument("--jobs", type=int, metavar="N", help="threads (as many as there are cores)")
    parser.add_argument("--csv", action="store_true", help="print the best scenarios as CSV")


def run(args: argparse.Namespace) -> int:
    from planner.commands.progress import Progress
    from planner.studies import optimize
    from planner.studies.sweep import workers

    catalog = arguments.catalog(args)
    choose = arguments.pairs(args.choose, "--choose")
    # A single entry is chosen as in every other command; the base scenario is made of the file and --set.
    base = argparse.Namespace(**{**vars(args), "choose": []})
    scenario = arguments.scenario(base, args.file, catalog)
    progress = Progress(0)
    try:
        found = optimize.optimize(
            scenario,
            choose,
            _names(args.minimize),
            _names(args.maximize),
            args.so_that,
            catalog,
            checks=not args.ignore_checks,
            watch=_names(args.watch),
            jobs=max(1, args.jobs if args.jobs is not None else workers.cores()),
            progress=progress,
        )
    finally:
        progress.close()
    if args.json:
        arguments.print_json(optimize.to_json(found))
    elif args.csv:
        found.frame().to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        print(optimize.text(found))
    return 0 if found.feasible else 1


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
