"""planner claims | planner claims explain ID"""

from planner.commands.arguments import Arguments, Parser, add_common
from planner.commands.output import Answer, add_table, add_text


def configure(parser: Parser) -> None:
    parser.add_argument("--verdict", metavar="VERDICT", help="only claims with this verdict, or one that starts so")
    add_table(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    explain = actions.add_parser("explain", help="everything behind one verdict")
    add_common(explain)
    explain.add_argument("id", metavar="ID", help="a claim, as s0.nvl72_power")
    add_text(explain)


def run(args: Arguments) -> Answer:
    import shutil

    from planner.evidence.claims import verdicts

    court = verdicts.Court(args.catalog)
    if args.action == "explain":
        judgement = court.judge(args.id)
        return Answer(
            text=lambda: verdicts.explained(court, judgement), data=lambda: verdicts.explained_json(court, judgement)
        )
    judgements = verdicts.matching(court.judge_all(), args.verdict)

    def text() -> str:
        width = shutil.get_terminal_size((160, 24)).columns
        counts = f"{len(judgements)} claims: {verdicts.counts(judgements)}"
        return f"{verdicts.table(judgements, width).text()}\n\n{counts}"

    return Answer(text=text, table=lambda: verdicts.table(judgements), data=lambda: verdicts.to_json(judgements))
