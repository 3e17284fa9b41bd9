"""planner claims | planner claims explain ID"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--verdict", metavar="VERDICT", help="only claims with this verdict, or one that starts so")
    parser.add_argument("--csv", action="store_true", help="print the table as CSV")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    explain = actions.add_parser("explain", help="everything behind one verdict")
    arguments.add_common(explain)
    explain.add_argument("id", metavar="ID", help="a claim, as s0.nvl72_power")


def run(args: argparse.Namespace) -> int:
    import sys

    from planner import claims

    court = claims.Court(arguments.catalog(args))
    if args.action == "explain":
        found = court.judge(args.id)
        if args.json:
            arguments.print_json(claims.to_json([found])["claims"][0])
        else:
            print(claims.explained(court, found))
        return 0
    judgements = claims.matching(court.judge_all(), args.verdict)
    if args.json:
        arguments.print_json(claims.to_json(judgements))
    elif args.csv:
        sys.stdout.write(claims.table(judgements).csv())
    else:
        print(claims.table(judgements).text())
        print(f"\n{len(judgements)} claims: {claims.counts(judgements)}")
    return 0
