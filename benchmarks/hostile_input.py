"""Hostile inputs at volume: how many are planned, how many refused, and whether anything else ever happens.

    python benchmarks/hostile_input.py [--count 100000] [--seconds 3600] [--seed 1]

Mutations of shipped files and inputs made from nothing, of every kind that the planner reads.  Each may take two
seconds of processor time (a command line five), and all of them together four gigabytes.  Exits with 1 where one
failed.
"""

import argparse
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import hostile
from tests import hostile_commands as commands
from tests import hostile_files as files

LIMIT = 2.0
# A command line may do whole work too: a report, every published case replayed.
LIMIT_OF_COMMAND = 5.0
MEMORY = 4 * 2**30
# How each kind is made and judged; a maker returns what its judge takes.
KINDS = {
    "scenario": (lambda rng: (hostile.scenario_table(rng),), hostile.judge_table),
    "scenario file": (
        lambda rng: (hostile.mutated(rng, rng.choice(hostile.scenario_texts())),),
        hostile.judge_scenario,
    ),
    "entry": (files.entry, files.judge_entry),
    "beside entries": (files.beside, files.judge_beside),
    "file name": (files.name, files.judge_name),
    "import": (files.price_table, files.judge_import),
    "table": (files.table, files.judge_table),
    "range": (hostile.vary, hostile.judge_range),
    "unit": (hostile.unit, hostile.judge_unit),
    "command": (lambda rng: (commands.command(rng),), commands.judge_command),
}
IN_A_FOLDER = {"entry", "beside entries", "file name", "import", "table", "command"}
# Shares of a thousand; what takes longest is tried least.
SHARES = dict(zip(KINDS, (50, 90, 220, 6, 10, 10, 70, 180, 356, 8), strict=True))


class TooLongError(BaseException):
    """An input took longer than it may."""


def attempt(kind, rng, folder):
    """Make one input of a kind and judge it; what was tried, and its fate."""
    make, judge = KINDS[kind]
    given = make(rng)
    return given, lambda: judge(*given, *([folder] if kind in IN_A_FOLDER else []))


def fate(judge, limit):
    """planned, refused, or how it failed."""
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        return judge()
    except TooLongError:
        return "took too long"
    except Exception as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "planner" in f.filename]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        return f"{type(error).__name__} at {where}: {str(error)[:160]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def expire(*_):
    raise TooLongError


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=list(SHARES))
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, expire)
    # A figure that came about by a division by zero or an overflow has to be expected where it comes about.
    warnings.simplefilter("error", RuntimeWarning)
    kinds = [args.kind] if args.kind else list(SHARES)
    weights = [SHARES[kind] for kind in kinds]
    counts, failures, longest = Counter(), {}, {}
    started = time.monotonic()
    # Catalog files are read once, outside the time of any input.
    hostile.judge_scenario(hostile.scenario_texts()[0])
    with tempfile.TemporaryDirectory() as root:
        folder = files.folder_of(root)
        for number in range(args.count):
            if time.monotonic() - started > args.seconds:
                break
            rng = random.Random(f"{args.seed} {number}")
            kind = rng.choices(kinds, weights)[0]
            given, judge = attempt(kind, rng, folder)
            before = time.process_time()
            found = fate(judge, LIMIT_OF_COMMAND if kind == "command" else LIMIT)
            longest[kind] = max(longest.get(kind, 0.0), time.process_time() - before)
            counts[kind, found if found in (hostile.PLANNED, hostile.REFUSED) else "failed"] += 1
            if found not in (hostile.PLANNED, hostile.REFUSED):
                if f"{kind}: {found}" not in failures:
                    print(f"FAILED number {number}: {kind}: {found}", file=sys.stderr, flush=True)
                failures.setdefault(f"{kind}: {found}", (number, given))
    print(f"{'':14}{'planned':>9}{'refused':>9}{'failed':>9}{'longest':>10}")
    for kind in kinds:
        row = "".join(f"{counts[kind, found]:9,}" for found in ("planned", "refused", "failed"))
        print(f"{kind:14}{row}{longest.get(kind, 0.0):8.2f} s")
    total = {found: sum(n for (_, f), n in counts.items() if f == found) for found in ("planned", "refused", "failed")}
    print(f"{'all':14}" + "".join(f"{count:9,}" for count in total.values()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    seconds, tried = time.monotonic() - started, sum(total.values())
    print(f"{tried:,} inputs in {seconds:.0f} s; at most {peak:,.0f} MiB")
    for failure, (number, given) in failures.items():
        print(f"FAILED number {number}: {failure}\n    {str(given)[:600]!r}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
