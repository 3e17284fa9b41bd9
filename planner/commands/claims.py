"""planner claims | planner claims explain ID"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--verdict", metavar="VERDICT", help="only claims with this verdict, or one that starts so")
    arguments.add_table(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    explain = actions.add_parser("explain", help="everything behind one verdict")
    arguments.add_common(explain)
    explain.add_argument("id", metavar="ID", help="a claim, as s0.nvl72_power")


def run(args: argparse.Namespace) -> int:
    import shutil

    from planner.evidence.claims import verdicts

    court = verdicts.Court(arguments.catalog(args))
    if args.action == "explain":
        found = court.judge(args.id)
        if args.json:
            arguments.print_json(verdicts.explained_json(court, found))
        else:
            print(verdicts.explained(court, found))
        return 0
    judgements = verdicts.matching(court.judge_all(), args.verdict)
    if args.json:
        arguments.print_json(verdicts.to_json(judgements))
    elif not arguments.put_table(args, verdicts.table(judgements)):
        width = shutil.get_terminal_size((160, 24)).columns
        print(verdicts.table(judgements, width).text())
        print(f"\n{len(judgements)} claims: {verdicts.counts(judgements)}")
    return 0
