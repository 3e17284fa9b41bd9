"""The parts of the README that are printed by the planner.

python -m tests.readme            writes them again
"""

import datetime
import re
from dataclasses import replace
from pathlib import Path

from planner import plan, report, scenario, validation
from planner.catalog import Catalog

FILE = Path(__file__).parents[1] / "README.md"


def printed():
    """Marker -> what stands below it."""
    catalog = Catalog()
    # Which prices are stale depends on the day.
    given = replace(scenario.load("llama-3.1-405b", catalog), order=datetime.date(2026, 11, 21))
    found = plan.plan(given, catalog)
    lines = report.headlines(found).text().splitlines()
    return {
        "plan": "\n".join(f"    {line}" for line in lines),
        "accuracy": validation.overview().markdown(),
    }


def written(text, parts):
    """The text with each part below its marker."""
    for marker, part in parts.items():
        below = f"<!-- {marker} -->\n{part}\n<!-- end -->"
        text = re.sub(rf"<!-- {marker} -->\n.*?<!-- end -->", lambda match, below=below: below, text, flags=re.S)
    return text


if __name__ == "__main__":
    FILE.write_text(written(FILE.read_text(encoding="utf-8"), printed()), encoding="utf-8")
