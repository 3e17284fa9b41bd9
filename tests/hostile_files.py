"""Files that nobody should keep: catalog entries, what stands beside them, and tables to import or to read."""

import contextlib
import functools
import json
import shutil
from pathlib import Path

from planner import glossary, paths
from planner.catalog.catalog import Catalog
from planner.catalog.entries import KINDS
from planner.catalog.importing import importer
from planner.catalog.importing.rows import Said
from planner.files import parse_toml
from planner.money import mix, tariffs
from planner.plan import demand, plan, rules
from planner.scenario import resolve, scenario, scenario_file
from planner.studies.sweep import axes
from tests.hostile import UNITS, figure, judged, legal, literal, mutated, shipped, text, word

SOURCE = '[sheet]\ntitle = "A data sheet"\n'
# Files of a catalog that are no entry, by the way in which the planner comes to read them.
BESIDE = ("sources.toml", "choices.toml", "rules.toml", "defaults/own.toml", "calibration/own.toml")


def folder_of(root):
    """A folder for catalogs below `root`."""
    found = Path(root) / "catalog"
    found.mkdir(exist_ok=True)
    return found


@functools.cache
def entry_texts():
    """One shipped entry in eight, as its kind and bytes."""
    files = [path for kind in glossary.kinds() for path in sorted((paths.shipped("catalogs") / kind).glob("*.toml"))]
    return tuple((path.parent.name, path.read_bytes()) for path in files[::8])


@functools.cache
def texts_below(folder, ending):
    """Shipped files of a folder of the catalogs, the largest left out."""
    found = sorted((paths.shipped("catalogs") / folder).glob(f"*{ending}"))
    return tuple(path.read_bytes() for path in found if path.stat().st_size < 100_000)


@functools.cache
def own_catalog(own):
    """The shipped catalog with an empty directory of the user's own on top; drafts are not written there."""
    own.mkdir(exist_ok=True)
    return Catalog([*shipped().layers, own])


# What the planner makes of each


def judge_entry(kind, content, folder):
    """A catalog entry, alone in a catalog."""
    (folder / kind).mkdir(exist_ok=True)
    (folder / "sources.toml").write_text(SOURCE)
    (folder / kind / "entry.toml").write_bytes(content)
    return judged(lambda: Catalog([folder]).entry(kind, "entry"))


def judge_beside(name, content, folder):
    """A file of the user's own catalog beside its entries, under a plan."""
    own = folder / "beside"
    shutil.rmtree(own, ignore_errors=True)
    (own / name).parent.mkdir(parents=True)
    (own / name).write_bytes(content)

    def planned():
        catalog = Catalog([paths.shipped("catalogs"), own])
        resolved = resolve.resolve(scenario_file.load("enterprise-8-gpu"), catalog)
        rules.options(resolved, catalog)
        plan.plan_resolved(resolved, bands=False)

    return judged(planned)


def judge_name(name, target, folder):
    """A file of any name, or a link to anything, among the entries of a catalog."""
    own = folder / "named"
    shutil.rmtree(own, ignore_errors=True)
    (own / "accelerators").mkdir(parents=True)
    path = own / "accelerators" / name
    with contextlib.suppress(OSError, ValueError):
        # Only a name that the system takes can stand in a catalog.
        if target is None:
            path.write_text(SOURCE)
        else:
            path.symlink_to(target)
    catalog = Catalog([own])
    for key in catalog.keys("accelerators"):
        judged(lambda key=key: catalog.entry("accelerators", key))
    catalog.problems()
    return judged(lambda: catalog.find("accelerators", Path(name).stem))


def judge_import(content, said, folder):
    """A table of others, as drafts over the shipped catalog."""
    table = folder / "table.csv"
    table.write_bytes(content)
    return judged(lambda: importer.read(table, own_catalog(folder / "own"), said, {}))


def judge_table(what, content, folder):
    """A table or tariff that a command reads: what varies, what is asked for, how electricity is billed."""
    path = folder / "given.csv"
    path.write_bytes(content)
    if what == "tariff":
        return judged(lambda: tariffs.from_table(parse_toml(content, "given.toml"), "given.toml"))
    if what == "load":
        return judged(lambda: mix.read_load(path))
    if what == "sweep":
        return judged(lambda: axes.table(path, shipped()))
    asked = scenario.Scenario(
        "asked", path=path, demand=[{"quantity": "installed_accelerators", "csv": path.name}], place="given.toml"
    )
    return judged(lambda: demand.read(asked, 36))


# Generators


def entry(rng):
    """A kind and a catalog file of it."""
    if rng.random() < 0.4:
        kind, content = rng.choice(entry_texts())
        return kind, mutated(rng, content)
    kind = rng.choice(sorted(glossary.kinds()))
    row = glossary.kinds()[kind]
    lines = ["source = " + rng.choice(('"sheet"', '"sheet"', '"sheet"', literal(rng)))]
    for _ in range(rng.randrange(1, 6)):
        keys = [*row.fields, *row.text, *row.dates, *row.lists, *row.references, "name", "aliases"]
        key = rng.choice(keys)
        if key in row.fields and rng.random() < 0.8:
            good = json.dumps(rng.choice((legal, figure))(rng, row.fields[key]))
            table = f'{{ value = {good}, kind = "{rng.choice(KINDS)}", low = {literal(rng)} }}'
            lines.append(f"{key} = {rng.choice((good, good, table))}")
        else:
            lines.append(f"{key} = {literal(rng)}")
    return kind, "\n".join(lines).encode("utf-8", "replace")


def beside(rng):
    """A file of a catalog that is no entry."""
    name = rng.choice(BESIDE)
    shipped_file = paths.shipped("catalogs") / name
    if shipped_file.is_file() and rng.random() < 0.5:
        return name, mutated(rng, shipped_file.read_bytes())
    if "/" in name and rng.random() < 0.5:
        return name, mutated(rng, rng.choice(texts_below(name.partition("/")[0], ".toml")))
    rows, lines = list(glossary.quantities().values()), []
    for _ in range(rng.randrange(1, 5)):
        header = rng.choice((*glossary.roles(), "export", "limit", "fit", "owners", "blocs", "fit.holds_for", "mine"))
        mark = rng.choice((f"[{header}]", f"[[{header}]]", "", ""))
        row = rng.choice(rows)
        key = rng.choice((row.name, "entry", "verdict", "quantity", "sites", "reason", "source", "title", word(rng)))
        given = rng.choice((json.dumps(legal(rng, row)), literal(rng), '{ value = 1, source = "sheet" }'))
        lines += [mark, f"{key if key.isidentifier() else json.dumps(key)} = {given}"]
    return name, "\n".join(lines).encode("utf-8", "replace")


def name(rng):
    """The name of a file in a catalog, and where it leads if it is a link."""
    stem = rng.choice(("entry", "h100-sxm", "\udcff\udcfe", text(rng), text(rng).strip("./")))
    ending = rng.choice((".toml", ".toml", ".toml", ".TOML", "", ".toml.tmp"))
    target = rng.choice((None, None, "..", ".", "/", "/dev/zero", "/dev/null", "/etc/hostname", "self.toml", stem))
    # Bytes that are no text may name a file too.
    plain = stem.replace("/", "_").encode("utf-8", "surrogateescape" if "\udcff" in stem else "replace")
    return plain.decode("utf-8", "surrogateescape") + ending, target


def price_table(rng):
    """A CSV to import, and what is said of it."""
    header = rng.choice(
        (
            ["InstanceType", "AcceleratorName", "AcceleratorCount", "Price", "SpotPrice", "Region", "GpuInfo"],
            ["provider", "accelerator", "on_demand_price", "region"],
            ["provider", "accelerator", "on_demand_price [USD/h]", "source", "date"],
            ["entity", "field", "value", "unit", "source_title", "confidence", "as_of"],
            [text(rng) for _ in range(4)],
        )
    )
    good = ("H100", "h100-sxm", "8", "32.7", "power", "700", "W", "us-east-1", "AWS", "a sheet", "high", "2026-01-01")
    rows = [
        [rng.choice((rng.choice(good), rng.choice(good), text(rng))) for _ in header] for _ in range(rng.randrange(6))
    ]
    lines = [",".join(f'"{cell}"' if rng.random() < 0.8 else cell for cell in row) for row in rows]
    said = Said(
        *(rng.choice((None, "sheet", text(rng))) for _ in range(4)), rng.choice((None, "2026-01-01", text(rng)))
    )
    return "\n".join([",".join(header), *lines]).encode("utf-8", "replace"), said


def table(rng):
    """What it is, and the bytes of a table that a command reads."""
    what = rng.choice(("tariff", "load", "sweep", "demand"))
    if what == "tariff":
        return what, mutated(rng, rng.choice(texts_below("tariffs", ".toml")))
    rows = list(glossary.quantities().values())
    header = {
        "load": ["hour", "accelerators"],
        "demand": rng.choice((["month", "low", "typical", "high"], ["month", "typical"], [text(rng), text(rng)])),
        "sweep": [rng.choice((row.name, f"{row.name} [{row.show}]", word(rng))) for row in rng.sample(rows, 2)],
    }[what]
    cells = ("8 accelerator", "1", "100", "-1", "nan", "1e308", "1e400", "h100-sxm", "", rng.choice(UNITS))
    body = [[rng.choice((*cells, text(rng), figure(rng, rng.choice(rows)))) for _ in header] for _ in range(4)]
    ragged = [row[: rng.choice((len(row), len(row), 1))] for row in body]
    separator = rng.choice((",", ",", ",", ";", "\t"))
    found = "\n".join(separator.join(map(str, row)) for row in ([header, *ragged] if rng.random() < 0.9 else ragged))
    return what, found.encode(rng.choice(("utf-8", "utf-8-sig", "utf-16")), "replace")
