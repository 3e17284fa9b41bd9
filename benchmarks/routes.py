"""Random scenarios by two routes each: how many figures were compared, and which differ.

python -m benchmarks.routes --count 50000 --seed 1
"""

import argparse
import random
import time
from collections import Counter

from tests import routes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    given = parser.parse_args()
    started, scenarios, figures, differing = time.monotonic(), Counter(), Counter(), 0
    for number in range(given.count):
        if time.monotonic() - started > given.seconds:
            break
        outcome = routes.compared(random.Random(f"{given.seed} {number}"))
        scenarios[outcome.route] += 1
        figures[outcome.route] += outcome.figures
        if outcome.differing:
            differing += 1
            print(f"{number} by {outcome.route}: {outcome.differing[:3]}\n  {outcome.table}")
    for route in sorted(scenarios):
        print(f"{route}: {scenarios[route]} scenarios, {figures[route]} figures")
    print(f"{scenarios.total()} scenarios, {figures.total()} figures, {differing} scenarios with differences")


if __name__ == "__main__":
    main()
