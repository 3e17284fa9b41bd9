"""planner explain"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_text


def configure(parser: Parser) -> None:
    parser.add_argument("quantity", metavar="QUANTITY", help="a quantity by its name")
    add_scenario(parser)
    add_text(parser)


def run(args: Arguments) -> Answer:
    from planner import glossary
    from planner.errors import one, unknown
    from planner.model import derivation, wiring
    from planner.plan import derivation_text

    names = glossary.quantities()
    if args.quantity == "binding_constraint":
        raise one(
            "explain", args.quantity, "is the largest of the shares in use: explain one of them, as rack_power_use"
        )
    if args.quantity not in names:
        raise one("explain", "QUANTITY", unknown("quantity", args.quantity, names))
    the_plan = args.plan()
    options = the_plan.resolved.options
    values = wiring.evaluate([args.quantity], the_plan.given, options)
    if args.quantity not in values:
        lacks = wiring.route((args.quantity,), the_plan.given, options).missing[args.quantity]
        raise one(the_plan.scenario.place, args.quantity, f"cannot be computed: missing {', '.join(lacks)}")
    tree = derivation.derivation(args.quantity, values, the_plan.given, options)

    def text() -> str:
        lines = [f"{names[args.quantity].meaning}."]
        equation = wiring.equation(args.quantity, options)
        if equation is not None and args.quantity not in the_plan.resolved.facts and equation.notes:
            lines.append(equation.notes)
        return "\n".join([*lines, "", derivation_text.derivation_text(tree, the_plan, args.catalog.sources)])

    return Answer(text=text, data=lambda: derivation_text.derivation_json(tree, the_plan, args.catalog.sources))
