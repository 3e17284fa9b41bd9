"""From the decision to service: the chart, its critical path and the phases."""

import itertools

import pytest

from planner import units
from planner.errors import InputError
from planner.plan import schedule
from tests.conftest import planned


def test_the_chart_ends_with_service_and_marks_the_critical_path():
    the_plan = planned("facility-30mw")
    bars = schedule.activities(the_plan)
    assert max(bar.end for bar in bars) == pytest.approx(the_plan.results["time_to_service"].value)
    critical = [bar for bar in bars if bar.critical]
    # Critical bars follow one another without a gap.
    assert critical[0].start == 0
    for before, after in itertools.pairwise(critical):
        assert after.start == pytest.approx(before.end)
    text = schedule.gantt(the_plan).text()
    assert "█" in text and "critical" in text


def test_phases_share_the_power_and_come_one_after_another():
    the_plan = planned("facility-30mw", phases="3")
    parts = schedule.phases(the_plan)
    assert [part.name for part in parts] == ["1", "2", "3"]
    assert parts[-1].power == pytest.approx(the_plan.results["facility_power"].value)
    assert parts[0].power == pytest.approx(the_plan.results["phase_power"].value)
    assert parts[0].service == pytest.approx(the_plan.results["first_service_time"].value)
    assert parts[-1].service == pytest.approx(the_plan.results["time_to_service"].value)


def test_json_counts_in_months():
    the_plan = planned("facility-30mw", phases="2")
    data = schedule.to_json(the_plan)
    assert data["unit"] == "month" and len(data["phases"]) == 2
    assert max(bar["end"] for bar in data["activities"]) == pytest.approx(
        units.convert(the_plan.results["time_to_service"].value, "month")
    )


def test_without_racks_there_is_no_schedule_and_the_reason_is_given():
    the_plan = planned("own-8000-h100")
    del the_plan.whole.known["install_time"]
    the_plan.missing["install_time"] = ("system_power",)
    with pytest.raises(InputError, match="system_power"):
        schedule.activities(the_plan)


def test_the_picture_says_what_it_shows(tmp_path, run):
    target = tmp_path / "schedule.svg"
    printed = run("schedule", "facility-30mw", "-o", str(target))
    drawing = target.read_text()
    assert drawing.startswith("<svg") and "grid connection from month 0.0" in drawing
    assert "critical" in printed.out
    run("schedule", "facility-30mw", "-o", str(tmp_path / "schedule.doc"), status=2)
