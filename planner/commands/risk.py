"""planner risk"""

from planner.commands.arguments import Arguments, Parser, add_scenario, names
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument("--samples", type=int, default=4096, metavar="N", help="samples to draw (4096)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the samples (0)")
    parser.add_argument("--watch", metavar="NAME,...", help="quantities to follow instead of the headline figures")
    add_table(parser, "the percentiles")


def run(args: Arguments) -> Answer:
    from planner.studies import risk

    watch = names(args.watch) or None
    analysis = risk.risk(args.scenario(), args.catalog, args.samples, args.seed, watch)
    return Answer(
        text=lambda: risk.text(analysis, watch),
        table=lambda: risk.percentile_table(analysis),
        data=lambda: risk.to_json(analysis),
    )
