"""Reference documentation made from the code: every quantity, catalog entry, source and command, as a static site."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from planner import __version__, glossary, paths, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, Fact
from planner.errors import one
from planner.evidence.validation import validation
from planner.files import write_atomically
from planner.glossary import Quantity
from planner.markup import Html, element, joined, page, scrolling
from planner.model import wiring
from planner.tables import Table

# A title, and what stands below it.
Page = tuple[str, Iterable[Html]]


def write(folder: Path, catalog: Catalog, parser: argparse.ArgumentParser) -> list[Path]:
    """Write the whole site, with the commands of `parser`, into a folder; the paths of its pages."""
    if folder.exists() and not folder.is_dir():
        raise one(str(folder), "", "is a file; documentation is written into a directory")
    pages = site(catalog, parser)
    written = []
    for name, text in pages.items():
        write_atomically(folder / name, text)
        written.append(folder / name)
    return written


def site(catalog: Catalog, parser: argparse.ArgumentParser) -> dict[str, str]:
    """File name -> page."""
    rooms, kinds = glossary.rooms(), glossary.kinds()
    parts: dict[str, dict[str, Page]] = {
        "Guides": {f"guide-{path.stem}.html": (_heading(path), [_markdown(path)]) for path in paths.guides()},
        "Reference": {
            "quantities.html": ("All quantities", [_quantities()]),
            "options.html": ("Options", _options()),
            "commands.html": ("Commands", _commands(parser)),
            "sources.html": ("Sources", [_sources(catalog)]),
            "validation.html": ("How accurate it is", _validation(catalog)),
        },
        "Model, by subject": {f"model-{room}.html": _room(room, names, catalog) for room, names in rooms.items()},
        "Catalogs": {f"catalog-{kind}.html": (kind.capitalize(), _kind(kind, catalog)) for kind in kinds},
    }
    home = element("p", element("a", "planner", href="index.html"))
    pages = {
        name: page(title, home, element("h1", title), *body)
        for part in parts.values()
        for name, (title, body) in part.items()
    }
    return pages | {"index.html": page("planner", element("h1", "planner"), *_index(parts))}


def _index(parts: dict[str, dict[str, Page]]) -> Iterator[Html]:
    counts = f"{len(glossary.quantities())} quantities, {sum(map(len, wiring.alternatives().values()))} equations"
    yield element("p", f"Version {__version__}: {counts}. Made from the code by ", element("code", "planner docs"), ".")
    for heading, pages in parts.items():
        yield element("h2", heading)
        yield element("ul", *(element("li", element("a", title, href=name)) for name, (title, _) in pages.items()))


def _heading(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def _markdown(path: Path) -> Html:
    """A guide as HTML; its heading is the page's."""
    from markdown_it import MarkdownIt

    text = path.read_text(encoding="utf-8").split("\n", 1)[1]
    # Guides link to each other as files of the repository.
    for other in paths.guides():
        text = text.replace(f"]({other.name})", f"](guide-{other.stem}.html)")
    return Html(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


def _code(text: str, **attributes: str) -> Html:
    return element("code", text, **attributes)


def _links(names: Iterable[str]) -> Html:
    """Quantities, each leading to where it is described."""
    return joined(map(_link, names), ", ")


def _link(name: str) -> Html:
    row = glossary.quantities().get(name)
    if row is None:
        return _code(name)
    role = _role(name)
    if not role:
        return element("a", _code(name), href=f"model-{row.room}.html#{name}")
    field = row.name.removeprefix(f"{role}_")
    return element("a", _code(name), href=f"catalog-{glossary.roles()[role]}.html#field-{field}")


def _role(name: str) -> str:
    """The role whose field a quantity is, or an empty text."""
    if any(name in names for names in glossary.rooms().values()):
        return ""
    roles = [role for role in glossary.roles() if name.startswith(f"{role}_")]
    return max(roles, key=len, default="")


def _room(room: str, names: list[str], catalog: Catalog) -> Page:
    options = [name for name, option in glossary.options().items() if option.room == room]
    links = joined([element("a", _code(name), href=f"options.html#{name}") for name in options], ", ")
    about = [element("p", "Options: ", links)] if options else []
    title = room.replace("_", " ").capitalize()
    return title, [*about, *(_quantity(glossary.quantities()[name], catalog) for name in names)]


def _quantity(row: Quantity, catalog: Catalog) -> Html:
    fact, users = catalog.defaults.get(row.name), wiring.used_by(row.name)
    details: dict[str, str] = {
        "unit": _code(row.show),
        "limits": row.limits(),
        "values": ", ".join(row.labels),
        "over pools": row.combine if row.combine != "none" else "",
        "sizes the cluster": joined([_link(row.sizes["quantity"]), f" {row.sizes['at']} this"]) if row.sizes else "",
        "check": row.check or "",
        "conserved": _conserved(row) if row.conserved else "",
        "at most": _link(row.at_most) if row.at_most else "",
        "binds as": row.binds or "",
        "default": _fact(fact, row, catalog) if fact is not None else "",
        "used by": _links(users),
    }
    rows = [element("dt", name) + element("dd", text) for name, text in details.items() if text]
    equations = [_equation(each) for each in wiring.alternatives().get(row.name, {}).values()]
    heading = element("h2", _code(row.name), id=row.name)
    return element("section", heading, element("p", f"{row.meaning}."), *equations, element("dl", *map(Html, rows)))


def _conserved(row: Quantity) -> Html:
    """When a set value fails a check that is not what the rest makes of it."""
    also = joined([_links(row.instead_of), " and it"]) if row.instead_of else "it"
    return joined(["where ", also, " is set, it must be what its equation gives"])


def _equation(equation: wiring.Equation) -> Html:
    how = [element("b", equation.choice), f": {equation.sentence}"] if equation.choice else []
    notes = [element("p", part) for part in equation.notes.split("\n\n") if part]
    ranges = [[_link(name), _code(unit), values] for name, (unit, values) in equation.ranges.items()]
    holds = [scrolling(Table(["holds for", "unit", "values"], ranges).html())] if ranges else []
    needs = _links(equation.needs) or "no other quantity"
    source = element("p", "from ", needs, f"; {_place(equation)}")
    return joined([element("p", *how), element("pre", equation.formula), *holds, *notes, source])


def _place(equation: wiring.Equation) -> str:
    """Where an equation is written: a module of equations, or a table of the glossary."""
    module = equation.function.__module__
    written = module.startswith("planner.equations.")
    return f"{module.replace('.', '/')}.py" if written else f"the table [{equation.name}] of {equation.room}.toml"


def _fact(fact: Fact, row: Quantity, catalog: Catalog) -> Html:
    def number(value: float) -> str:
        return units.number_text(float(units.convert(value, row.show)))

    unit = row.show if row.show != units.DIMENSIONLESS else ""
    text = fact.value if isinstance(fact.value, str) else f"{number(fact.value)} {unit}"
    if fact.low is not None and fact.high is not None:
        text += f" ({number(fact.low)} to {number(fact.high)})"
    where = f", {fact.where}" if fact.where else ""
    as_of = f", {fact.as_of}" if fact.as_of else ""
    note = f" {fact.note}" if fact.note else ""
    source = str(catalog.sources.get(fact.source, {}).get("title", fact.source))
    link = element("a", source, href=f"sources.html#{fact.source}")
    return joined([f"{text}; {fact.kind}, ", link, f"{where}{as_of}.{note}"])


def _quantities() -> Html:
    rows = [[_link(name), _code(row.show), row.meaning] for name, row in sorted(glossary.quantities().items())]
    return scrolling(Table(["quantity", "unit", "meaning"], rows).html())


def _options() -> Iterator[Html]:
    for option in glossary.options().values():
        using = [row.name for row in glossary.quantities().values() if row.option == option.name]
        uses = [element("p", "Decides ", _links(using), ".")] if using else []
        choices = joined(map(_code, option.choices), ", ")
        heading = element("h2", _code(option.name), id=option.name)
        label = [element("p", f"{_moves_nothing(option)}.")] if option.label_only else []
        yield element("section", heading, element("p", f"{option.meaning}: ", choices, "."), *uses, *label)


def _moves_nothing(row: glossary.Quantity | glossary.Option) -> str:
    """Why no figure depends on an option or on a field of entries; empty where one does."""
    return f"Moves no figure: {row.label_only}" if row.label_only else ""


def _kind(kind: str, catalog: Catalog) -> Iterator[Html]:
    row = glossary.kinds()[kind]
    fields = [
        [_code(name, id=f"field-{name}"), _code(q.show), ". ".join(filter(None, [q.meaning, _moves_nothing(q)]))]
        for name, q in row.fields.items()
    ]
    fields += [
        [_code(name, id=f"field-{name}_year"), "date", f"{name.replace('_', ' ')}, as a year"] for name in row.dates
    ]
    entries = list(catalog.entries(kind))
    yield element("p", f"{row.meaning}.")
    yield element("h2", "Fields")
    yield scrolling(Table(["field", "unit", "meaning"], fields).html())
    yield element("h2", "Entries")
    yield element("p", joined([element("a", entry.name, href=f"#{entry.key}") for entry in entries], ", "))
    for entry in entries:
        yield _entry(entry, catalog)


def _entry(entry: Entry, catalog: Catalog) -> Html:
    fields = glossary.kinds()[entry.kind].fields
    aliases = [element("p", f"Also: {', '.join(entry.aliases)}.")] if entry.aliases else []
    words = [element("p", f"{name.replace('_', ' ')}: {value}") for name, value in entry.text.items()]
    rows = [[_code(name), _fact(fact, fields[name], catalog)] for name, fact in entry.facts.items()]
    table = [scrolling(Table(["field", "figure"], rows).html())] if rows else []
    heading = element("h3", f"{entry.name} ", _code(entry.key), id=entry.key)
    return element("section", heading, *aliases, *words, *table)


def _sources(catalog: Catalog) -> Html:
    rows = []
    for name, source in sorted(catalog.sources.items()):
        said = {field: str(source.get(field, "")) for field in ("title", "publisher", "url", "retrieved")}
        url = said["url"]
        link = element("a", url, href=url, rel="noreferrer") if url.startswith("http") else url
        rows.append([element("span", name, id=name), said["title"], said["publisher"], link, said["retrieved"]])
    return scrolling(Table(["id", "title", "publisher", "address", "retrieved"], rows).html())


def _commands(top: argparse.ArgumentParser) -> Iterator[Html]:
    yield element("pre", top.format_help())
    for name, parser in _subcommands(top).items():
        texts = [parser.format_help(), *(below.format_help() for below in _subcommands(parser).values())]
        heading = element("h2", f"planner {name}", id=name)
        yield element("section", heading, *(element("pre", text) for text in texts))


def _subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(actions[0].choices) if actions else {}


def _validation(catalog: Catalog) -> Iterator[Html]:
    replayed = element("code", "planner validate KIND")
    yield element("p", "Published cases that the catalogs ship, replayed by ", replayed, ".")
    for kind in validation.KINDS:
        yield element("h2", kind.capitalize(), id=kind)
        yield element("pre", validation.text(validation.replay(kind, catalog)))
