"""planner tui"""

from planner.commands.arguments import Arguments, Parser
from planner.commands.output import Answer


def configure(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", help="a scenario file, or the name of a shipped scenario")


def run(args: Arguments) -> Answer:
    from planner.tui import run as run_app

    return Answer(status=run_app(args.file, args.catalogs))
