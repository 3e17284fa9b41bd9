"""planner report"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_file

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


ENDINGS = (".html", ".md", ".pdf", ".xlsx")


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser, many=True)
    add_file(parser, ENDINGS, "reports", f"what to write, ending in {', '.join(ENDINGS)}", required=True)


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    import datetime

    from planner.plan import planning
    from planner.reports import document, rendering

    plans = [planning.plan(arguments.scenario(args, file, catalog), catalog) for file in args.file]
    today = datetime.date.today()
    content = (
        document.of_plan(plans[0], catalog, today) if len(plans) == 1 else document.of_comparison(plans, catalog, today)
    )
    return Answer(
        data=lambda: document.to_json(content),
        files=dict.fromkeys(ENDINGS, lambda path: rendering.write(content, path)),
    )
