"""planner explain"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("quantity", metavar="QUANTITY", help="a quantity by its name")
    arguments.add_scenario(parser)


def run(args: argparse.Namespace) -> int:
    from planner import glossary
    from planner.errors import one, unknown
    from planner.model import derivation, wiring
    from planner.plan import derivation_text, planning

    names = glossary.quantities()
    if args.quantity == "binding_constraint":
        raise one(
            "explain", args.quantity, "is the largest of the shares in use: explain one of them, as rack_power_use"
        )
    if args.quantity not in names:
        raise one("explain", "QUANTITY", unknown("quantity", args.quantity, names))
    catalog = arguments.catalog(args)
    found = planning.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    options = found.resolved.options
    values = wiring.evaluate([args.quantity], found.given, options)
    if args.quantity not in values:
        lacks = wiring.route((args.quantity,), found.given, options).missing[args.quantity]
        raise one(found.scenario.place, args.quantity, f"cannot be computed: missing {', '.join(lacks)}")
    tree = derivation.derivation(args.quantity, values, found.given, options)
    if args.json:
        arguments.print_json(derivation_text.derivation_json(tree, found, catalog.sources))
        return 0
    row = names[args.quantity]
    print(f"{row.meaning}.")
    equation = wiring.equation(args.quantity, options)
    if equation is not None and args.quantity not in found.resolved.facts and equation.notes:
        print(equation.notes)
    print()
    print(derivation_text.derivation_text(tree, found, catalog.sources))
    return 0
