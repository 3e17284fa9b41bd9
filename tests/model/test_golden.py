"""Figures do not move unnoticed: what a change moved is written down with `python -m tests.golden`."""

import json

from tests import golden


def test_every_figure_is_what_it_was_when_last_looked_at():
    before = json.loads(golden.FILE.read_text(encoding="utf-8"))
    moved = golden.moved(before, golden.figures())
    assert moved == [], f"{len(moved)} figures moved; look at them, then: python -m tests.golden"


def test_every_equation_gives_what_it_gave_at_each_point():
    before = json.loads(golden.EQUATIONS.read_text(encoding="utf-8"))
    moved = golden.moved(before, golden.points())
    assert moved == [], f"{len(moved)} values moved; look at them, then: python -m tests.golden"
