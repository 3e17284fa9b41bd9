"""planner catalog list | show | search | check | new | edit | diff | import"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        found = actions.add_parser(name, help=text)
        found.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        return found

    listing = action("list", "kinds, or the entries of a kind")
    listing.add_argument("kind", metavar="KIND", nargs="?")
    listing.add_argument("--where", metavar="'FIELD OP VALUE'", action="append", default=[])
    listing.add_argument("--csv", action="store_true")
    show = action("show", "an entry with values, ranges, kinds, sources and ages")
    show.add_argument("entry", metavar="KIND/NAME or NAME")
    search = action("search", "find entries by name, alias, spelling or text")
    search.add_argument("text", metavar="TEXT", nargs="+")
    action("check", "check every entry of every layer")


def run(args: argparse.Namespace) -> int:
    return {"list": _list, "show": _show, "search": _search, "check": _check}[args.action](args)


def _list(args: argparse.Namespace) -> int:
    import sys

    from planner import browse, glossary
    from planner.problems import one, unknown
    from planner.table import Table

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
    from planner import browse

    catalog = arguments.catalog(args)
    entry = browse.named(catalog, args.entry)
    if args.json:
        arguments.print_json(browse.entry_json(entry, catalog))
    else:
        print(browse.entry_text(entry, catalog))
    return 0


def _search(args: argparse.Namespace) -> int:
    from planner.table import Table

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
