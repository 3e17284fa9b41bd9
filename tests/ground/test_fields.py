"""One reader for the tables of all files: what it takes, what it says, what it documents."""

import datetime
import tomllib

import pytest

from planner import fields
from planner.errors import InputError
from planner.fields import Field, Form

CHARGE = Form(
    (
        Field("price", fields.quantity("USD/MWh"), "price of energy", required=True),
        Field("days", fields.choice(("all", "weekdays")), "days on which it holds", "all"),
    ),
    lambda price, days: (price, days),
)
FILE = Form(
    (
        Field("name", fields.TEXT, "its name", required=True),
        Field("since", fields.DATE, "first day"),
        Field("most", fields.whole(1, 9, "a number from 1 to 9"), "largest number", 3),
        Field("energy", fields.tables(CHARGE), "charges", ()),
        Field("owners", fields.named(lambda name: fields.TEXTS), "who owns what", {}),
    ),
    check=lambda values: [("most", "is below the number of charges")] if values["most"] < len(values["energy"]) else [],
)


def read(text):
    return fields.read(FILE, tomllib.loads(text), "my.toml")


def refused(text):
    with pytest.raises(InputError) as error:
        read(text)
    return [str(problem) for problem in error.value.problems]


def test_a_table_becomes_values_with_defaults_for_what_is_not_said():
    values = read('name = "a"\nsince = 2026-01-02\n[[energy]]\nprice = "3.6 USD/MWh"\n[owners]\nx = ["y"]\n')
    assert values["since"] == datetime.date(2026, 1, 2) and values["most"] == 3 and values["owners"] == {"x": ["y"]}
    assert values["energy"] == [(pytest.approx(1e-9), "all")]


def test_every_problem_is_said_at_once_with_its_place():
    assert refused(
        'nam = "a"\nsince = 2026-01-02T10:00:00\nmost = true\n'
        '[[energy]]\nprice = "1 USD/kg"\ndays = "weekday"\n[[energy]]\n[owners]\nx = "y"\n'
    ) == [
        "my.toml: nam: unknown key 'nam'. Did you mean 'name'?",
        "my.toml: since: '2026-01-02 10:00:00' is not a date: write it without quotes, as 2026-05-31",
        "my.toml: most: takes a number from 1 to 9",
        "my.toml: energy 1.price: '1 USD/kg' has the wrong unit: it takes a unit like 'USD/MWh'",
        "my.toml: energy 1.days: 'weekday' is not one of all, weekdays. Did you mean 'weekdays'?",
        "my.toml: energy 2.price: is missing: it takes a unit like 'USD/MWh'",
        "my.toml: owners.x: takes a list of texts",
        "my.toml: name: is missing: it takes a text in quotes",
    ]


def test_what_fields_say_together_is_checked():
    assert refused('name = "a"\nmost = 1\n' + '[[energy]]\nprice = "1 USD/MWh"\n' * 2) == [
        "my.toml: most: is below the number of charges"
    ]


def test_nobody_reads_more_than_a_hundred_problems():
    assert len(refused("".join(f"wrong{number} = 1\n" for number in range(5000)))) < 110
    assert "takes at most 100" in refused('name = "a"\n' + "[[energy]]\n" * 101)[0]


def test_rows_of_a_csv_file_are_read_by_the_same_forms(tmp_path):
    (tmp_path / "charges.csv").write_text("price,days,note\n1 USD/MWh,all,x\n2 USD/MWh,sundays,x\n3 USD/MWh,all\n")
    problems = []
    rows = [row for _, row in fields.rows(tmp_path / "charges.csv", CHARGE, problems)]
    assert rows == [(pytest.approx(1 / 3.6e9), "all"), None]
    assert [str(problem).split(":")[0] for problem in problems] == ["charges.csv line 3", "charges.csv line 4"]


def test_a_form_documents_its_file():
    rows = {name: rest for name, *rest in fields.described(FILE)}
    assert rows["energy.price"] == ["a unit like 'USD/MWh'", "required", "price of energy"]
    assert rows["most"] == ["a number from 1 to 9", "3", "largest number"]
