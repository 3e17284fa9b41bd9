"""planner optimize"""

from planner.commands.arguments import WORKLOADS, Arguments, Parser, names, pairs
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", help="a scenario file, or the name of a shipped scenario")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="set a quantity or an option")
    parser.add_argument("--workload", choices=WORKLOADS, help="what the cluster is for")
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
    add_table(parser, "the best scenarios")


def run(args: Arguments) -> Answer:
    from planner import tables
    from planner.commands.progress import Progress
    from planner.studies import optimize
    from planner.studies.sweep import workers

    choose = pairs(args.choose, "--choose")
    progress = Progress(0)
    try:
        optimum = optimize.optimize(
            # What is chosen among is no choice of the scenario itself.
            args.scenario(choose=()),
            choose,
            names(args.minimize),
            names(args.maximize),
            args.so_that,
            args.catalog,
            checks=not args.ignore_checks,
            watch=names(args.watch),
            jobs=max(1, args.jobs if args.jobs is not None else workers.cores()),
            progress=progress,
        )
    finally:
        progress.close()
    return Answer(
        text=lambda: optimize.text(optimum),
        table=lambda: tables.of_frame(optimum.frame()),
        data=lambda: optimize.to_json(optimum),
        status=0 if optimum.feasible else 1,
    )
