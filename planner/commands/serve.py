"""planner serve"""

from planner.commands.arguments import Arguments, Parser
from planner.commands.output import Answer


def configure(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", help="a scenario file, or the name of a shipped scenario")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="where to listen (8000; 0 for a free one)")
    parser.add_argument("--host", default="127.0.0.1", metavar="HOST", help="on which address (this machine alone)")
    parser.add_argument(
        "--allow-anyone", action="store_true", help="listen beyond this machine although the app has no login"
    )


def run(args: Arguments) -> Answer:
    from planner.tui.serve import serve

    return Answer(status=serve(args.file, args.catalogs, args.host, args.port, args.allow_anyone))
