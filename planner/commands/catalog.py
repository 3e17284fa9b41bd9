"""planner catalog list | show | search | tables | check | new | edit | diff | import"""

from __future__ import annotations

import argparse
from typing import Any

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        found = actions.add_parser(name, help=text)
        arguments.add_common(found)
        return found

    listing = action("list", "kinds, or the entries of a kind")
    listing.add_argument("kind", metavar="KIND", nargs="?")
    listing.add_argument("--where", metavar="'FIELD OP VALUE'", action="append", default=[])
    listing.add_argument("--csv", action="store_true")
    show = action("show", "an entry with values, ranges, kinds, sources and ages")
    show.add_argument("entry", metavar="KIND/NAME or NAME")
    search = action("search", "find entries by name, alias, spelling or text")
    search.add_argument("text", metavar="TEXT", nargs="+")
    dated = action("tables", "dated figures beside the entries: prices over the years, measurements, lead times")
    dated.add_argument("name", metavar="NAME", nargs="?")
    dated.add_argument("--where", metavar="'COLUMN OP VALUE'", action="append", default=[])
    dated.add_argument("--csv", action="store_true")
    action("check", "check every entry of every layer")
    new = action("new", "make an entry of your own")
    new.add_argument("kind", metavar="KIND")
    new.add_argument("name", metavar="NAME")
    new.add_argument("changes", metavar="FIELD=VALUE", nargs="*")
    new.add_argument("--from", dest="base", metavar="ENTRY", help="start from a copy of this entry")
    _provenance(new)
    edit = action("edit", "set fields of an entry in your own directory, over the shipped one")
    edit.add_argument("entry", metavar="KIND/NAME")
    edit.add_argument("changes", metavar="FIELD=VALUE", nargs="+")
    _provenance(edit)
    table = action("import", "entries from a table of cloud prices or of accelerator facts")
    table.add_argument("file", metavar="FILE", help="CSV: SkyPilot catalog, plain prices, or facts in long format")
    table.add_argument("--provider", metavar="NAME", help="whose prices they are, where the table does not say")
    table.add_argument("--region", metavar="NAME", help="take the prices of this region only")
    table.add_argument("--source", metavar="ID", help="where the figures come from, where the table does not say")
    table.add_argument("--source-title", metavar="TITLE", help="describes a source that is not known yet")
    table.add_argument("--as-of", metavar="DATE", help="the day of the figures, where the table does not say")
    table.add_argument("--dry-run", action="store_true", help="show the changes, write nothing")
    diff = action("diff", "your own figures against the shipped ones, and what they change in a scenario")
    diff.add_argument("file", metavar="FILE", nargs="?", help="a scenario to show the effect on")


def _provenance(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", metavar="ID", help="where the figures come from")
    parser.add_argument("--source-title", metavar="TITLE", help="describes a source that is not known yet")
    parser.add_argument("--where", metavar="PLACE", help="page, table, row")
    parser.add_argument("--kind-of-figure", metavar="KIND", help="measured, rated, quoted, derived or estimate")
    parser.add_argument("--note", metavar="TEXT")
    parser.add_argument("--as-of", metavar="DATE")
    parser.add_argument("--dry-run", action="store_true", help="show the change, write nothing")


def run(args: argparse.Namespace) -> int:
    actions = {"list": _list, "show": _show, "search": _search, "tables": _tables, "check": _check}
    return (actions | {"new": _new, "edit": _edit, "diff": _diff, "import": _import})[args.action](args)


def _list(args: argparse.Namespace) -> int:
    import sys

    from planner import glossary
    from planner.catalog import browse
    from planner.errors import one, unknown
    from planner.tables import Table

    catalog = arguments.catalog(args)
    kinds = glossary.kinds()
    if args.kind is None:
        rows = [[k.name, str(len(catalog.keys(k.name))), ", ".join(k.roles), k.meaning] for k in kinds.values()]
        if args.json:
            arguments.print_json([{"kind": r[0], "entries": int(r[1]), "roles": list(kinds[r[0]].roles)} for r in rows])
        else:
            print(Table(["kind", "entries", "roles", "meaning"], rows, frozenset({1})).text())
        return 0
    if args.kind not in kinds:
        raise one("catalog list", "KIND", unknown("kind", args.kind, kinds))
    entries = browse.matching(catalog, args.kind, args.where)
    if args.json:
        arguments.print_json([{"kind": e.kind, "entry": e.key, "name": e.name, **browse.row(e)} for e in entries])
        return 0
    table = browse.table(entries, args.kind)
    if args.csv:
        sys.stdout.write(table.csv())
    else:
        print(table.text())
    return 0


def _show(args: argparse.Namespace) -> int:
    from planner.catalog import browse

    catalog = arguments.catalog(args)
    entry = browse.named(catalog, args.entry)
    if args.json:
        arguments.print_json(browse.entry_json(entry, catalog))
    else:
        print(browse.entry_text(entry, catalog))
    return 0


def _search(args: argparse.Namespace) -> int:
    from planner.tables import Table

    catalog = arguments.catalog(args)
    found = catalog.search(" ".join(args.text))
    if args.json:
        rows = [{"kind": e.kind, "entry": e.key, "name": e.name, "matched": matched} for e, matched in found]
        arguments.print_json(rows)
    elif found:
        print(Table(["kind", "entry", "name", "matched"], [[e.kind, e.key, e.name, m] for e, m in found]).text())
    else:
        print("nothing found")
    return 0


def _tables(args: argparse.Namespace) -> int:
    import sys

    from planner.catalog import dated_tables
    from planner.tables import Table

    catalog = arguments.catalog(args)
    if args.name is None:
        names = dated_tables.files(catalog)
        rows = [[name, str(len(dated_tables.read(catalog, name, []).rows)), names[name].parent.name] for name in names]
        table = Table(["table", "rows", "folder"], rows, frozenset({1}))
    else:
        table = dated_tables.read(catalog, args.name, args.where)
    if args.json:
        arguments.print_json([dict(zip(table.columns, row, strict=True)) for row in table.rows])
    elif args.csv:
        sys.stdout.write(table.csv())
    else:
        print(table.text())
    return 0


def _check(args: argparse.Namespace) -> int:
    from planner import glossary

    catalog = arguments.catalog(args)
    problems = catalog.problems()
    count = sum(len(catalog.keys(kind)) for kind in glossary.kinds())
    if args.json:
        arguments.print_json({"entries": count, "problems": [str(problem) for problem in problems]})
    else:
        for problem in problems:
            print(problem)
        print(f"checked {count} entries: {len(problems)} problem{'' if len(problems) == 1 else 's'}")
    return 1 if problems else 0


def _new(args: argparse.Namespace) -> int:
    from planner.catalog import authoring

    catalog = arguments.catalog(args)
    base = catalog.find(args.kind, args.base) if args.base else None
    changes = arguments.pairs(args.changes, "FIELD=VALUE")
    return _finish(args, authoring.new(catalog, args.kind, args.name, base, changes, _said(args)))


def _edit(args: argparse.Namespace) -> int:
    from planner.catalog import authoring, browse

    catalog = arguments.catalog(args)
    entry = browse.named(catalog, args.entry)
    changes = arguments.pairs(args.changes, "FIELD=VALUE")
    return _finish(args, authoring.edit(catalog, entry, changes, _said(args)))


def _said(args: argparse.Namespace) -> Any:
    from planner.catalog.authoring import Provenance

    return Provenance(args.source, args.source_title, args.where, args.kind_of_figure, args.note, args.as_of)


def _finish(args: argparse.Namespace, draft: Any) -> int:
    import sys

    if not args.json:
        print(draft.difference())
    if args.dry_run:
        print("nothing was written (--dry-run)", file=sys.stderr)
    else:
        draft.write()
        print(f"wrote {draft.path}", file=sys.stderr)
    if args.json:
        # Its shape is that of one entry of an import.
        entry = f"{draft.path.parent.name}/{draft.path.stem}"
        row = {"entry": entry, "new": not draft.fingerprint, "diff": draft.difference(), "written": not args.dry_run}
        arguments.print_json(row)
    return 0


def _import(args: argparse.Namespace) -> int:
    import sys
    from pathlib import Path

    from planner.catalog.importing import importer
    from planner.catalog.importing.rows import Said
    from planner.evidence.claims import documents

    said = Said(args.provider, args.region, args.source, args.source_title, args.as_of)
    found = importer.read(Path(args.file), arguments.catalog(args), said, documents.load().noise)
    if not args.dry_run:
        found.write()
    if args.json:
        entries = [
            {"entry": name, "new": not d.fingerprint, "diff": d.difference()} for name, d in found.drafts.items()
        ]
        findings = [{"lines": each.lines, "reason": each.reason} for each in found.findings]
        arguments.print_json(
            {
                "format": found.format,
                "rows": found.rows,
                "entries": entries,
                "findings": findings,
                "written": not args.dry_run,
            }
        )
        return 0
    for draft in found.drafts.values():
        print(draft.difference())
    for each in found.findings:
        print(each, file=sys.stderr)
    verb = "would change" if args.dry_run else "changed"
    print(f"{found.rows} rows of {found.format}: {verb} {len(found.drafts)} entries", file=sys.stderr)
    return 0


def _diff(args: argparse.Namespace) -> int:
    from planner.catalog import authoring
    from planner.scenario import scenario_file
    from planner.studies import catalog_effect

    catalog = arguments.catalog(args)
    changed = authoring.difference(catalog)
    effect = catalog_effect.effect(scenario_file.load(args.file, catalog), catalog) if args.file else None
    if args.json:
        tables = {"fields": changed, "effect": effect}
        found = {
            name: [dict(zip(table.columns, row, strict=True)) for row in table.rows] if table else []
            for name, table in tables.items()
        }
        arguments.print_json(found)
        return 0
    print(changed.text() if changed.rows else "no figures of your own")
    if effect is not None:
        print(f"\nEffect on {args.file}\n{effect.text()}")
    return 0
