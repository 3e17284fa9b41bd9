"""planner catalog list | show | search | tables | check | new | edit | diff | import"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.commands.arguments import Arguments, Parser, add_common, pairs
from planner.commands.output import Answer, add_table, add_text

if TYPE_CHECKING:
    from planner.catalog.authoring import Draft, Provenance


def configure(parser: Parser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str) -> Parser:
        made = actions.add_parser(name, help=text)
        add_common(made)
        return made

    listing = action("list", "kinds, or the entries of a kind")
    listing.add_argument("kind", metavar="KIND", nargs="?")
    listing.add_argument("--where", metavar="'FIELD OP VALUE'", action="append", default=[])
    add_table(listing)
    show = action("show", "an entry with values, ranges, kinds, sources and ages")
    show.add_argument("entry", metavar="KIND/NAME or NAME")
    add_table(show, "the figures")
    search = action("search", "find entries by name, alias, spelling or text")
    search.add_argument("text", metavar="TEXT", nargs="+")
    add_table(search)
    dated = action("tables", "dated figures beside the entries: prices over the years, measurements, lead times")
    dated.add_argument("name", metavar="NAME", nargs="?")
    dated.add_argument("--where", metavar="'COLUMN OP VALUE'", action="append", default=[])
    add_table(dated)
    add_text(action("check", "check every entry of every layer"))
    new = action("new", "make an entry of your own")
    new.add_argument("kind", metavar="KIND")
    new.add_argument("name", metavar="NAME")
    new.add_argument("changes", metavar="FIELD=VALUE", nargs="*")
    new.add_argument("--from", dest="base", metavar="ENTRY", help="start from a copy of this entry")
    _add_provenance(new)
    edit = action("edit", "set fields of an entry in your own directory, over the shipped one")
    edit.add_argument("entry", metavar="KIND/NAME")
    edit.add_argument("changes", metavar="FIELD=VALUE", nargs="+")
    _add_provenance(edit)
    prices = action("import", "entries from a table of cloud prices or of accelerator facts")
    prices.add_argument("file", metavar="FILE", help="CSV: SkyPilot catalog, plain prices, or facts in long format")
    prices.add_argument("--provider", metavar="NAME", help="whose prices they are, where the table does not say")
    prices.add_argument("--region", metavar="NAME", help="take the prices of this region only")
    prices.add_argument("--source", metavar="ID", help="where the figures come from, where the table does not say")
    prices.add_argument("--source-title", metavar="TITLE", help="describes a source that is not known yet")
    prices.add_argument("--as-of", metavar="DATE", help="the day of the figures, where the table does not say")
    prices.add_argument("--dry-run", action="store_true", help="show the changes, write nothing")
    add_text(prices)
    diff = action("diff", "your own figures against the shipped ones, and what they change in a scenario")
    diff.add_argument("file", metavar="FILE", nargs="?", help="a scenario to show the effect on")
    add_table(diff, "the fields")


def _add_provenance(parser: Parser) -> None:
    parser.add_argument("--source", metavar="ID", help="where the figures come from")
    parser.add_argument("--source-title", metavar="TITLE", help="describes a source that is not known yet")
    parser.add_argument("--where", metavar="PLACE", help="page, table, row")
    parser.add_argument("--kind-of-figure", metavar="KIND", help="measured, rated, quoted, derived or estimate")
    parser.add_argument("--note", metavar="TEXT")
    parser.add_argument("--as-of", metavar="DATE")
    parser.add_argument("--dry-run", action="store_true", help="show the change, write nothing")
    add_text(parser)


def run(args: Arguments) -> Answer:
    actions = {"list": _list, "show": _show, "search": _search, "tables": _tables, "check": _check}
    return (actions | {"new": _new, "edit": _edit, "diff": _diff, "import": _import})[args.action](args)


def _list(args: Arguments) -> Answer:
    from planner import glossary
    from planner.catalog import browse
    from planner.errors import one, unknown
    from planner.tables import Table

    kinds = glossary.kinds()
    if args.kind is None:
        counts = {name: len(args.catalog.keys(name)) for name in kinds}
        rows = [[k.name, str(counts[k.name]), ", ".join(k.roles), k.meaning] for k in kinds.values()]
        return Answer(
            table=lambda: Table(["kind", "entries", "roles", "meaning"], rows, frozenset({1})),
            data=lambda: [{"kind": k.name, "entries": counts[k.name], "roles": list(k.roles)} for k in kinds.values()],
        )
    if args.kind not in kinds:
        raise one("catalog list", "KIND", unknown("kind", args.kind, kinds))
    entries = browse.matching(args.catalog, args.kind, args.where)
    return Answer(
        table=lambda: browse.table(entries, args.kind),
        data=lambda: [{"kind": e.kind, "entry": e.key, "name": e.name, **browse.row(e)} for e in entries],
    )


def _show(args: Arguments) -> Answer:
    from planner.catalog import browse

    entry = browse.named(args.catalog, args.entry)
    return Answer(
        text=lambda: browse.entry_text(entry, args.catalog),
        table=lambda: browse.facts_table(entry, args.catalog),
        data=lambda: browse.entry_json(entry, args.catalog),
    )


def _search(args: Arguments) -> Answer:
    from planner.tables import Table

    rows = [[e.kind, e.key, e.name, matched] for e, matched in args.catalog.search(" ".join(args.text))]
    table = Table(["kind", "entry", "name", "matched"], rows)
    return Answer(text=lambda: table.text() if rows else "nothing found", table=lambda: table)


def _tables(args: Arguments) -> Answer:
    from planner.catalog import browse
    from planner.tables import Table

    if args.name is not None:
        dated = browse.dated_table(args.catalog, args.name, args.where)
        return Answer(table=lambda: dated)
    names = browse.dated_tables(args.catalog)
    rows = [
        [name, str(len(browse.dated_table(args.catalog, name, []).rows)), names[name].parent.name] for name in names
    ]
    return Answer(table=lambda: Table(["table", "rows", "folder"], rows, frozenset({1})))


def _check(args: Arguments) -> Answer:
    from planner import glossary
    from planner.commands.check import counted

    problems = [str(problem) for problem in args.catalog.problems()]
    count = sum(len(args.catalog.keys(kind)) for kind in glossary.kinds())
    return Answer(
        text=lambda: "\n".join([*problems, f"checked {count} entries: {counted(problems)}"]),
        data=lambda: {"entries": count, "problems": problems},
        status=1 if problems else 0,
    )


def _new(args: Arguments) -> Answer:
    from planner.catalog import authoring

    base = args.catalog.find(args.kind, args.base) if args.base else None
    changes = pairs(args.changes, "FIELD=VALUE")
    return _drafted(args, authoring.new(args.catalog, args.kind, args.name, base, changes, _provenance(args)))


def _edit(args: Arguments) -> Answer:
    from planner.catalog import authoring, browse

    entry = browse.named(args.catalog, args.entry)
    changes = pairs(args.changes, "FIELD=VALUE")
    return _drafted(args, authoring.edit(args.catalog, entry, changes, _provenance(args)))


def _provenance(args: Arguments) -> Provenance:
    from planner.catalog.authoring import Provenance

    return Provenance(args.source, args.source_title, args.where, args.kind_of_figure, args.note, args.as_of)


def _drafted(args: Arguments, draft: Draft) -> Answer:
    """Write the entry, unless it is a trial; what has changed."""
    difference, name = draft.difference(), f"{draft.path.parent.name}/{draft.path.stem}"
    if not args.dry_run:
        draft.write()
    return Answer(
        text=lambda: difference,
        # Its shape is that of one entry of an import.
        data=lambda: _row(name, draft) | {"written": not args.dry_run},
        notes=["nothing was written (--dry-run)" if args.dry_run else f"wrote {draft.path}"],
    )


def _row(name: str, draft: Draft) -> dict[str, Any]:
    return {"entry": name, "new": not draft.fingerprint, "diff": draft.difference()}


def _import(args: Arguments) -> Answer:
    from pathlib import Path

    from planner.catalog.importing import importer
    from planner.catalog.importing.rows import Said
    from planner.evidence.claims import documents

    said = Said(args.provider, args.region, args.source, args.source_title, args.as_of)
    imported = importer.read(Path(args.file), args.catalog, said, documents.load().noise)
    if not args.dry_run:
        imported.write()
    verb = "would change" if args.dry_run else "changed"
    count = f"{imported.rows} rows of {imported.format}: {verb} {len(imported.drafts)} entries"
    return Answer(
        text=lambda: "\n".join(draft.difference() for draft in imported.drafts.values()),
        data=lambda: {
            "format": imported.format,
            "rows": imported.rows,
            "entries": [_row(name, draft) for name, draft in imported.drafts.items()],
            "findings": [{"lines": each.lines, "reason": each.reason} for each in imported.findings],
            "written": not args.dry_run,
        },
        notes=[*map(str, imported.findings), count],
    )


def _diff(args: Arguments) -> Answer:
    from planner.catalog import authoring
    from planner.scenario import scenario_file
    from planner.studies import catalog_effect

    fields = authoring.difference(args.catalog)
    effect = catalog_effect.effect(scenario_file.load(args.file, args.catalog), args.catalog) if args.file else None
    changed = fields.text() if fields.rows else "no figures of your own"
    return Answer(
        text=lambda: changed if effect is None else f"{changed}\n\nEffect on {args.file}\n{effect.text()}",
        table=lambda: fields,
        data=lambda: {"fields": fields.records(), "effect": effect.records() if effect is not None else []},
    )
