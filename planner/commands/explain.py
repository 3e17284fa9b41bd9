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
    from planner.model.scopes import figure
    from planner.plan import derivation_text

    names = glossary.quantities()
    if args.quantity == "binding_constraint":
        raise one(
            "explain", args.quantity, "is the largest of the shares in use: explain one of them, as rack_power_use"
        )
    if args.quantity not in names:
        raise one("explain", "QUANTITY", unknown("quantity", args.quantity, names))
    the_plan = args.plan()
    asked = figure(args.quantity)
    whole = wiring.evaluate([asked], the_plan.whole)
    if whole.value(asked) is None or args.quantity in wiring.elsewhere(the_plan.whole):
        lacks = the_plan.missing.get(args.quantity) or wiring.route([asked], whole).missing[args.quantity]
        raise one(the_plan.scenario.place, args.quantity, f"cannot be computed: missing {', '.join(lacks)}")
    tree = derivation.derivation(asked, whole)

    def text() -> str:
        lines = [f"{names[args.quantity].meaning}."]
        if tree.equation is not None and tree.equation.notes:
            lines.append(tree.equation.notes)
        return "\n".join([*lines, "", derivation_text.derivation_text(tree, the_plan.whole, args.catalog.sources)])

    return Answer(text=text, data=lambda: derivation_text.derivation_json(tree, the_plan.whole, args.catalog.sources))
