"""Coverage-guided hostile input: atheris changes bytes and keeps what reaches new lines of the planner.

    pip install atheris                # not a dependency of the planner; Python 3.11 to 3.13 on Linux
    python benchmarks/coverage_fuzz.py unit|scenario|range|entry|import|tariff [--seconds 120] [--keep DIR]

Starts from tests/data/corpus/KIND, which tests/whole/test_hostile.py replays, and adds what it finds to DIR (a folder
that is thrown away unless named).  Ends at the first input that is neither taken nor refused in words, and prints it.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import atheris  # noqa: E402

with atheris.instrument_imports(include=["planner", "pint", "tomllib"]):
    from tests import hostile_corpus

LIMIT = 2
MEMORY = 3 * 2**10


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=hostile_corpus.JUDGES)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    corpus = hostile_corpus.CORPUS / args.kind
    with tempfile.TemporaryDirectory() as scratch:
        kept = args.keep or Path(scratch) / "kept"
        kept.mkdir(parents=True, exist_ok=True)
        folder = Path(scratch) / "folder"
        folder.mkdir()
        # Catalog files are read once, outside the time of any input.
        for path in sorted(corpus.iterdir()):
            hostile_corpus.judge(args.kind, path.read_bytes(), folder)
        os.chdir(scratch)
        flags = [f"-max_total_time={args.seconds}", f"-timeout={LIMIT}", f"-rss_limit_mb={MEMORY}", "-max_len=4096"]
        flags += [f"-seed={args.seed}", "-print_final_stats=1", "-verbosity=1", str(kept), str(corpus)]
        atheris.Setup([sys.argv[0], *flags], lambda content: hostile_corpus.judge(args.kind, content, folder) and None)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
