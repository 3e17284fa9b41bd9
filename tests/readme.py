"""The parts of the README that are printed by the planner, and the page of its accuracy.

python -m tests.readme            writes them again
"""

import datetime
import re
from dataclasses import replace
from pathlib import Path

from planner.catalog.catalog import Catalog
from planner.evidence.validation import validation
from planner.plan import planning
from planner.reports import decision, plan_text
from planner.scenario import scenario_file

FILE = Path(__file__).parents[1] / "README.md"
ACCURACY = FILE.parent / "docs" / "accuracy.md"

HEADING = """\
# Accuracy

What `planner validate KIND` prints: published measurements, each predicted from what its source states, without a
correction for any of them. Errors of rows "left out" come from fits that saw neither the family, the document nor the
source of the row.
"""


def printed(replayed):
    """Marker -> what stands below it."""
    catalog = Catalog()
    # Which prices are stale depends on the day.
    given = replace(scenario_file.load("llama-3.1-405b", catalog), order=datetime.date(2026, 11, 21))
    the_plan = planning.plan(given, catalog)
    lines = [*plan_text.headlines(the_plan).text().splitlines(), "", *decision.own_or_rent(the_plan)]
    return {
        "plan": "\n".join(f"    {line}".rstrip() for line in lines),
        "accuracy": validation.overview(replayed).markdown(),
    }


def written(text, parts):
    """The text with each part below its marker."""
    for marker, part in parts.items():
        below = f"<!-- {marker} -->\n{part}\n<!-- end -->"
        text = re.sub(rf"<!-- {marker} -->\n.*?<!-- end -->", lambda match, below=below: below, text, flags=re.S)
    return text


def accuracy(replayed):
    """The page of errors by source, accelerator and kind of model."""
    parts = [f"## {kind.capitalize()}\n\n```text\n{validation.text(found)}\n```" for kind, found in replayed.items()]
    return HEADING + "\n" + "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    replayed = validation.everything(Catalog())
    ACCURACY.write_text(accuracy(replayed), encoding="utf-8")
    FILE.write_text(written(FILE.read_text(encoding="utf-8"), printed(replayed)), encoding="utf-8")
