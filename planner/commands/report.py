"""planner report"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_file

ENDINGS = (".html", ".md", ".pdf", ".xlsx")


def configure(parser: Parser) -> None:
    add_scenario(parser, many=True)
    add_file(parser, ENDINGS, "reports", f"what to write, ending in {', '.join(ENDINGS)}", required=True)


def run(args: Arguments) -> Answer:
    import datetime

    from planner.reports import document, rendering

    plans, today = args.plans(bands=True), datetime.date.today()
    content = (
        document.of_plan(plans[0], args.catalog, today)
        if len(plans) == 1
        else document.of_comparison(plans, args.catalog, today)
    )
    return Answer(
        data=lambda: document.to_json(content),
        files=dict.fromkeys(ENDINGS, lambda path: rendering.write(content, path)),
    )
