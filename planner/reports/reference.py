"""Reference documentation made from the code: every quantity, catalog entry, source and command, as a static site."""

from __future__ import annotations

import argparse
import html
from collections.abc import Iterable
from pathlib import Path

from planner import __version__, glossary, paths, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, Fact
from planner.errors import one
from planner.evidence.validation import validation
from planner.files import write_atomically
from planner.glossary import Quantity
from planner.model import wiring
from planner.reports import rendering

GUIDES = paths.guides()
_STYLE = (
    rendering.STYLE + "dt { font-weight: bold; margin-top: .6rem; } code { font-size: .9em; } .room { color: #404040; }"
)


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
    pages = {f"guide-{path.stem}.html": _page(_heading(path), _markdown(path)) for path in paths.guides()}
    pages |= {f"model-{room}.html": _room(room, names, catalog) for room, names in glossary.rooms().items()}
    pages |= {f"catalog-{kind}.html": _kind(kind, catalog) for kind in glossary.kinds()}
    pages["quantities.html"] = _quantities()
    pages["options.html"] = _options()
    pages["sources.html"] = _sources(catalog)
    pages["commands.html"] = _commands(parser)
    pages["validation.html"] = _validation(catalog)
    pages["index.html"] = _index(pages)
    return pages


def _page(title: str, body: str) -> str:
    link = "" if title == "planner" else '<p><a href="index.html">planner</a></p>'
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{link}\n"
        f"<h1>{html.escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _index(pages: dict[str, str]) -> str:
    def links(prefix: str) -> str:
        rows = [name for name in pages if name.startswith(prefix)]
        titles = [pages[name].split("<title>")[1].split("</title>")[0] for name in rows]
        return "\n".join(f'<li><a href="{n}">{t}</a></li>' for n, t in zip(rows, titles, strict=True))

    counts = f"{len(glossary.quantities())} quantities, {sum(map(len, wiring.alternatives().values()))} equations"
    other = {
        "quantities.html": "All quantities",
        "options.html": "Options",
        "commands.html": "Commands",
        "sources.html": "Sources",
        "validation.html": "How accurate it is",
    }
    rest = "\n".join(f'<li><a href="{name}">{title}</a></li>' for name, title in other.items())
    return _page(
        "planner",
        f"<p>Version {__version__}: {counts}. Made from the code by <code>planner docs</code>.</p>"
        f"<h2>Guides</h2><ul>{links('guide-')}</ul><h2>Reference</h2><ul>{rest}</ul>"
        f"<h2>Model, by subject</h2><ul>{links('model-')}</ul><h2>Catalogs</h2><ul>{links('catalog-')}</ul>",
    )


def _heading(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def _markdown(path: Path) -> str:
    """A guide as HTML; its heading is the page's."""
    from markdown_it import MarkdownIt

    text = path.read_text(encoding="utf-8").split("\n", 1)[1]
    # Guides link to each other as files of the repository.
    for other in paths.guides():
        text = text.replace(f"]({other.name})", f"](guide-{other.stem}.html)")
    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


def _quantity_link(name: str) -> str:
    row = glossary.quantities().get(name)
    if row is None:
        return f"<code>{html.escape(name)}</code>"
    kind = _role_of(name)
    page = (
        f"catalog-{kind}.html#field-{row.name.removeprefix(_role(name) + '_')}"
        if kind
        else f"model-{row.room}.html#{name}"
    )
    return f'<a href="{page}"><code>{name}</code></a>'


def _role(name: str) -> str:
    """The role whose field a quantity is, or an empty text."""
    if any(name in names for names in glossary.rooms().values()):
        return ""
    roles = [role for role in glossary.roles() if name.startswith(f"{role}_")]
    return max(roles, key=len, default="")


def _role_of(name: str) -> str:
    role = _role(name)
    return glossary.roles()[role] if role else ""


def _room(room: str, names: list[str], catalog: Catalog) -> str:
    body = "\n".join(_quantity(glossary.quantities()[name], catalog) for name in names)
    options = [option for option in glossary.options().values() if option.room == room]
    links = ", ".join(f'<a href="options.html#{o.name}"><code>{o.name}</code></a>' for o in options)
    return _page(f"{room.replace('_', ' ').capitalize()}", (f"<p>Options: {links}</p>" if links else "") + body)


def _quantity(row: Quantity, catalog: Catalog) -> str:
    details = [("unit", f"<code>{html.escape(row.show)}</code>")]
    if row.limits():
        details.append(("limits", html.escape(row.limits())))
    if row.labels:
        details.append(("values", html.escape(", ".join(row.labels))))
    if row.combine != "none":
        details.append(("over pools", html.escape(row.combine)))
    if row.sizes:
        details.append(("sizes the cluster", f"{_quantity_link(row.sizes['quantity'])} {row.sizes['at']} this"))
    if row.check:
        details.append(("check", html.escape(row.check)))
    if row.binds:
        details.append(("binds as", html.escape(row.binds)))
    fact = catalog.defaults.get(row.name)
    if fact is not None:
        details.append(("default", _fact(fact, row, catalog)))
    users = wiring.used_by(row.name)
    if users:
        details.append(("used by", ", ".join(map(_quantity_link, users))))
    rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in details)
    equations = "".join(_equation(e) for e in wiring.alternatives().get(row.name, {}).values())
    heading = f'<h2 id="{row.name}"><code>{row.name}</code></h2>'
    return f"<section>{heading}<p>{html.escape(row.meaning)}.</p>{equations}<dl>{rows}</dl></section>"


def _equation(equation: wiring.Equation) -> str:
    how = f"<b>{html.escape(equation.choice)}</b>: {html.escape(equation.sentence)}" if equation.choice else ""
    notes = "".join(f"<p>{html.escape(part)}</p>" for part in equation.notes.split("\n\n") if part)
    needs = ", ".join(map(_quantity_link, equation.needs)) or "no other quantity"
    ranges = [
        (_quantity_link(n), f"<code>{html.escape(u)}</code>", html.escape(r)) for n, (u, r) in equation.ranges.items()
    ]
    holds = _table(["holds for", "unit", "values"], ranges) if ranges else ""
    source = f"<p>from {needs}; {_place(equation)}</p>"
    return f"<p>{how}</p><pre>{html.escape(equation.formula)}</pre>{holds}{notes}{source}"


def _place(equation: wiring.Equation) -> str:
    """Where an equation is written: a module of equations, or a table of the glossary."""
    module = equation.function.__module__
    written = module.startswith("planner.equations.")
    return f"{module.replace('.', '/')}.py" if written else f"the table [{equation.name}] of {equation.room}.toml"


def _fact(fact: Fact, row: Quantity, catalog: Catalog) -> str:
    def number(value: float) -> str:
        return units.number_text(float(units.convert(value, row.show)))

    if isinstance(fact.value, str):
        text = html.escape(fact.value)
    else:
        text = f"{number(fact.value)} {html.escape(row.show if row.show != units.DIMENSIONLESS else '')}"
    if fact.low is not None and fact.high is not None:
        text += f" ({number(fact.low)} to {number(fact.high)})"
    where = f", {html.escape(fact.where)}" if fact.where else ""
    note = f" {html.escape(fact.note)}" if fact.note else ""
    as_of = f", {fact.as_of}" if fact.as_of else ""
    return f"{text}; {fact.kind}, {_source_link(fact.source, catalog)}{where}{as_of}.{note}"


def _source_link(name: str, catalog: Catalog) -> str:
    title = catalog.sources.get(name, {}).get("title", name)
    return f'<a href="sources.html#{html.escape(name)}">{html.escape(str(title))}</a>'


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="table">{table}</div>'


def _quantities() -> str:
    rows = [
        (_quantity_link(name), f"<code>{html.escape(row.show)}</code>", html.escape(row.meaning))
        for name, row in sorted(glossary.quantities().items())
    ]
    return _page("All quantities", _table(["quantity", "unit", "meaning"], rows))


def _options() -> str:
    parts = []
    for option in glossary.options().values():
        using = [q.name for q in glossary.quantities().values() if q.option == option.name]
        uses = f"<p>Decides {', '.join(map(_quantity_link, using))}.</p>" if using else ""
        choices = ", ".join(f"<code>{html.escape(choice)}</code>" for choice in option.choices)
        heading = f'<h2 id="{option.name}"><code>{option.name}</code></h2>'
        parts.append(f"<section>{heading}<p>{html.escape(option.meaning)}: {choices}.</p>{uses}</section>")
    return _page("Options", "\n".join(parts))


def _kind(kind: str, catalog: Catalog) -> str:
    row = glossary.kinds()[kind]
    fields = [
        (
            f'<span id="field-{name}"><code>{name}</code></span>',
            f"<code>{html.escape(q.show)}</code>",
            html.escape(q.meaning),
        )
        for name, q in row.fields.items()
    ]
    fields += [
        (f'<code id="field-{name}_year">{name}</code>', "date", f"{html.escape(name.replace('_', ' '))}, as a year")
        for name in row.dates
    ]
    entries = list(catalog.entries(kind))
    links = ", ".join(f'<a href="#{e.key}">{html.escape(e.name)}</a>' for e in entries)
    body = f"<p>{html.escape(row.meaning)}.</p><h2>Fields</h2>{_table(['field', 'unit', 'meaning'], fields)}"
    body += f"<h2>Entries</h2><p>{links}</p>" + "\n".join(_entry(entry, catalog) for entry in entries)
    return _page(kind.capitalize(), body)


def _entry(entry: Entry, catalog: Catalog) -> str:
    fields = glossary.kinds()[entry.kind].fields
    aliases = f"<p>Also: {html.escape(', '.join(entry.aliases))}.</p>" if entry.aliases else ""
    words = "".join(
        f"<p>{html.escape(name.replace('_', ' '))}: {html.escape(str(value))}</p>" for name, value in entry.text.items()
    )
    rows = [(f"<code>{name}</code>", _fact(fact, fields[name], catalog)) for name, fact in entry.facts.items()]
    table = _table(["field", "figure"], rows) if rows else ""
    heading = f'<h3 id="{entry.key}">{html.escape(entry.name)} <code>{entry.key}</code></h3>'
    return f"<section>{heading}{aliases}{words}{table}</section>"


def _sources(catalog: Catalog) -> str:
    rows = []
    for name, row in sorted(catalog.sources.items()):
        url = str(row.get("url", ""))
        link = (
            f'<a href="{html.escape(url)}" rel="noreferrer">{html.escape(url)}</a>'
            if url.startswith("http")
            else html.escape(url)
        )
        title, publisher = html.escape(str(row.get("title", ""))), html.escape(str(row.get("publisher", "")))
        rows.append(
            (
                f'<span id="{html.escape(name)}">{html.escape(name)}</span>',
                title,
                publisher,
                link,
                str(row.get("retrieved", "")),
            )
        )
    return _page("Sources", _table(["id", "title", "publisher", "address", "retrieved"], rows))


def _commands(top: argparse.ArgumentParser) -> str:
    parts = [f"<pre>{html.escape(top.format_help())}</pre>"]
    for name, parser in _subcommands(top).items():
        texts = [parser.format_help(), *(p.format_help() for p in _subcommands(parser).values())]
        body = "".join(f"<pre>{html.escape(text)}</pre>" for text in texts)
        parts.append(f'<section><h2 id="{name}">planner {name}</h2>{body}</section>')
    return _page("Commands", "\n".join(parts))


def _subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def _validation(catalog: Catalog) -> str:
    parts = ["<p>Published cases that the catalogs ship, replayed by <code>planner validate KIND</code>.</p>"]
    for kind in validation.KINDS:
        replayed = validation.replay(kind, catalog)
        parts.append(f'<h2 id="{kind}">{kind.capitalize()}</h2><pre>{html.escape(validation.text(replayed))}</pre>')
    return _page("How accurate it is", "\n".join(parts))
