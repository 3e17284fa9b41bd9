"""planner docs"""

from pathlib import Path

from planner.commands.arguments import Arguments, Parser
from planner.commands.output import Answer


def configure(parser: Parser) -> None:
    parser.add_argument(
        "-o", "--output", dest="folder", type=Path, metavar="DIR", required=True, help="the directory to write into"
    )


def run(args: Arguments) -> Answer:
    from planner.reports import reference

    pages = reference.write(args.folder, args.catalog, args.whole())
    return Answer(
        data=lambda: [str(page) for page in pages],
        notes=[f"wrote {len(pages)} pages; open {args.folder / 'index.html'}"],
    )
