"""Prints all the tables. With --runs and --clusters it is quicker, and its figures are rougher."""

import argparse

from benchmarks.breakdown import breakdown
from benchmarks.fleet import CLUSTERS, fleet
from benchmarks.installed import install
from benchmarks.main_job import BARE, WHEEL, main_job

RUNS = 20


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="of each command (default %(default)s)")
    parser.add_argument("--clusters", type=int, default=CLUSTERS, help="of the fleet (default %(default)s)")
    options = parser.parse_args()
    install()
    text, least = main_job(options.runs)
    print(text, flush=True)
    print(breakdown(options.runs, least[BARE], least[WHEEL]), flush=True)
    print(fleet(options.clusters), flush=True)


if __name__ == "__main__":
    main()
