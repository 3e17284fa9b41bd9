"""Mistakes that people make in scenario files and catalog entries: each is named with what is taken instead."""

import pytest

from planner.catalog.catalog import Catalog
from planner.errors import InputError
from planner.files import parse_toml
from planner.scenario import resolve, scenario_file
from tests.conftest import CATALOG

HEAD = 'workload = "training"\n[choose]\nsystem = "dgx-h100"\nmodel = "llama-3.1-70b"\n[set]\n'
ENTRY = 'name = "A"\nsource = "sheet"\nas_of = 2026-01-01\n'

# A line below [set], or a whole file, and words of the message.
SCENARIOS = {
    'electricity_price = "70 USD/MW"': "has the wrong unit: it takes a unit like 'USD/MWh'",
    "electricity_price = 70": "'70' has no unit: it takes a unit like 'USD/MWh'",
    'electricity_price = "$70/MWh"': "money is written with its name, as 70 USD",
    'electricity_price = "0,07 USD/kWh"': "decimals take a point, as 1.5",
    'electricity_price = "1.024,5 USD/MWh"': "thousands are written 1,024 or 1024",
    'electricty_price = "70 USD/MWh"': "Did you mean 'electricity_price'?",
    'analysis_period = "1,5 year"': "decimals take a point, as 1.5",
    'analysis_period = "5y"': "unknown unit 'y'; it takes a unit like 'year'",
    'analysis_period = "five years"': "is not a number with a unit like 'year'",
    'utilization = "95"': "Did you mean '95 %'?",
    'global_batch = "1 024"': "thousands are written 1,024 or 1024",
    'global_batch = "1\'024"': "thousands are written 1,024 or 1024",
    'budget = "5 million USD"': "large amounts are written as 5 MUSD",
    'budget = "5 M$"': "money is written with its name",
    'pue = "1,25"': "decimals take a point",
    'pue = "1.1-1.3"': "three under [range]: low, typical, high",
    'pue = ["1.1", "1.3"]': "three under [range]: low, typical, high",
    'pue = "~1.2"': "three under [range]: low, typical, high",
    "pue = true": "'true' is not a number",
    "pue = 1.2 kW": "broken TOML",
    "pue = “1.2”": "stand in quotes",
    'pue = "1.2"\npue = "1.3"': "its name stands there twice",
    'PUE = "1.2"': "Did you mean 'pue'?",
    'discount-rate = "8 %"': "Did you mean 'discount_rate'?",
    'site_power_limit = "5 kWh"': "it takes a unit like 'MW'",
    'site_power_limit = "5 mw"': "Did you mean 'MW'?",
    'accelerators = "64 GPUs"': "Did you mean 'gpu'?",
    'accelerators = "64.5 accelerator"': "is not a whole number",
    'tco = "1 MW"': "it takes a unit like 'MUSD'",
    'facility_mode = "Build"': "Did you mean 'build'?",
    'cooling = "air"': "'cooling' chooses a catalog entry: write it below [choose]",
    'pue = "1.2"\n[choos]\nsite = "us-virginia"': "Did you mean 'choose'?",
    'pue = "1.2"\n[range]\npue = "1.1:1.3"': "takes three values",
    'pue = "1.2"\n[[pools]]\nname = "a"': "Did you mean 'pool'?",
    'pue = "1.2"\n[[pool]]\nsett = {}': "Did you mean 'set'?",
    'pue = "1.2"\n[[site]]\nname = "us-virgina"': "Did you mean 'US-Virginia'?",
}
WHOLE = {
    'workload = "Training"': "Did you mean 'training'?",
    'start = "2027-07-01"': "takes a date without quotes or time, as 2027-07-01",
    'start = "01.07.2027"': "takes a date without quotes or time, as 2027-07-01",
    "name = 5": "takes a text in quotes",
    'accelerators = "64 accelerator"': "'accelerators' is a value of the scenario: write it below [set]",
    '[choose]\nfacility_mode = "build"': "'facility_mode' is a value of the scenario: write it below [set]",
    '[choose]\nsystem = "h100-sxm"': "It is an entry of accelerators",
    '[choose]\nsystem = ["dgx-h100"]': "takes the name of a catalog entry",
}
ENTRIES = {
    'power = "700 W"': "it takes a unit like 'W/accelerator'",
    "power = 700": "'700' has no unit",
    'power = "25-30 W/accelerator"': "A range is a table [power] with value, low and high",
    'tdp = "700 W/accelerator"': "it is called 'power' here",
    'accelerator_power = "700 W/accelerator"': "it is called 'power' here",
    'Power = "700 W/accelerator"': "Did you mean 'power'?",
    'memory_bandwidth = "3,35 TB/s/accelerator"': "decimals take a point",
    'peak_bf16 = "989 TFLOPS"': "it takes a unit like 'TFLOP/s/accelerator'",
    'price = "$30k/accelerator"': "money is written with its name",
    'available = "2022-10"': "write it without quotes, as 2026-05-31",
    'aliases = "H100"': "takes a list of texts",
    "where = 5": "where: takes a text in quotes",
    '[power]\nvalue = "700 W/accelerator"\nkind = "Rated"': "Did you mean 'rated'?",
    '[power]\nvalu = "700 W/accelerator"': "Did you mean 'value'?",
    '[power]\nvalue = "7 W/accelerator"\nlow = "9 W/accelerator"': "lies outside its own low and high",
    '[power]\nvalue = "7 W/accelerator"\nsource = "shet"': "Did you mean 'sheet'?",
}


def said(text):
    with pytest.raises(InputError) as refused:
        resolve.resolve(
            scenario_file.from_table(parse_toml(text.encode(), "my.toml"), "my.toml", catalog=CATALOG), CATALOG
        )
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("line", SCENARIOS)
def test_a_mistake_in_a_scenario_is_named_with_what_is_taken(line):
    (message,) = said(HEAD + line + "\n")
    assert message.startswith("my.toml: ") and SCENARIOS[line] in message


@pytest.mark.parametrize("text", WHOLE)
def test_a_mistake_in_the_structure_is_named_with_what_is_taken(text):
    (message,) = said(text + "\n")
    assert message.startswith("my.toml: ") and WHOLE[text] in message


@pytest.mark.parametrize("line", ENTRIES)
def test_a_mistake_in_an_entry_is_named_with_what_is_taken(line, tmp_path):
    (tmp_path / "accelerators").mkdir()
    (tmp_path / "sources.toml").write_text('[sheet]\ntitle = "A sheet"\n')
    (tmp_path / "accelerators" / "mine.toml").write_text(f"{ENTRY}{line}\n")
    with pytest.raises(InputError) as refused:
        Catalog([tmp_path]).entry("accelerators", "mine")
    assert all(str(problem).startswith("accelerators/mine.toml: ") for problem in refused.value.problems)
    assert any(ENTRIES[line] in str(problem) for problem in refused.value.problems)


def test_every_problem_of_a_file_is_said_at_once():
    """A word that is wrong in the structure hides nothing of what is wrong below it."""
    text = (
        'workload = "trianing"\nstart = "soon"\n[choose]\nsystm = "dgx-h100"\n[set]\npuee = "1.2"\n'
        '[range]\nutilization = ["5", "6"]\n[[pool]]\nname = "one"\n[pool.set]\naccelerators = "64 W"\n'
    )
    messages = said(text)
    for words in ("'training'?", "takes a date", "'system'?", "'pue'?", "takes three values", "like 'accelerator'"):
        assert any(words in message for message in messages), words


@pytest.mark.parametrize("text", ["1,024", "12,345,678", "1_024", "1024.5", ".5", "1e3", "-1,024.25"])
def test_numbers_as_they_are_written_here_are_read(text):
    from planner import units

    assert units.read(f"{text} W", "W") == float(text.replace(",", "").replace("_", ""))
