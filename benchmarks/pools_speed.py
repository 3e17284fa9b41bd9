"""A plan of 20 pools on 3 sites over 10 years, beside the plan of one of its pools.

python benchmarks/pools_speed.py
"""

import time

from planner.catalog.catalog import Catalog
from planner.plan import by_month, planning
from planner.scenario import scenario_file

HEAD = """
name = "twenty pools"
start = 2027-01-01
[choose]
system = "dgx-b200"
cooling = "direct-to-chip"
cloud = "aws-p6-b200"
[set]
analysis_period = "10 year"
"""
SITES = ("us-texas", "ireland", "norway")


def pool(number):
    return (
        f'[[pool]]\nname = "pool {number}"\nstart = {2027 + number // 4}-01-01\n[pool.choose]\n'
        f'site = "{SITES[number % 3]}"\n[pool.set]\naccelerators = "{512 * (1 + number % 5)} accelerator"\n'
    )


def timed(text, catalog):
    given = scenario_file.loads(text)
    started = time.perf_counter()
    found = planning.plan(given, catalog, bands=False)
    planned = time.perf_counter()
    by_month.timeline(found)
    return found, planned - started, time.perf_counter() - planned


def main():
    catalog = Catalog()
    one, many = HEAD + pool(0), HEAD + "".join(map(pool, range(20)))
    # The first plan reads catalogs and wires equations; what is timed is a plan in a running session, best of five.
    for text in (one, many):
        timed(text, catalog)
    found, *_ = timed(many, catalog)
    runs = [(timed(one, catalog)[1], *timed(many, catalog)[1:]) for _ in range(5)]
    single, pooled, months = (min(times) for times in zip(*runs, strict=True))
    print(f"20 pools, 3 sites, 10 years: {len(found.results):,} figures planned in {pooled:.3f} s")
    print(f"by month, 120 months: {months:.3f} s")
    print(f"against a plan of one pool: {pooled / single:.1f} x for 20 times the pools")


if __name__ == "__main__":
    main()
