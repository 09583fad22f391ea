"""The main job, cold: a fresh process that renders the cluster of one million users into an empty folder."""

import sys
from pathlib import Path

from benchmarks.installed import BIN, BUILD
from benchmarks.measure import FRESH, Command, least_cpu, output_of
from benchmarks.table import table

JOB = ("render", "--tier", "1m", "--output", FRESH)

BARE = "python -I -c pass"
LIBRARIES = "import attrs, cattrs, click, jinja2"
WHEEL = "oxconf render --tier 1m, installed wheel"
CHECKOUT = "oxconf render --tier 1m, checkout"
TAR = "tar czf of each host's tree, sha256sum"

_PACK = 'for host in "$1"/*/; do tar czf "$2-$(basename "$host").tar.gz" -C "$host" .; done; sha256sum "$2"-*'


def main_job(runs: int) -> tuple[str, dict[str, float]]:
    """Return the table, and the milliseconds of each command."""
    tree = BUILD / "tree"
    output_of([BIN / "oxconf", "render", "--tier", "1m", "--tree", "--output", tree])
    commands: dict[str, Command] = {
        BARE: [BIN / "python", "-I", "-c", "pass"],
        LIBRARIES: [BIN / "python", "-I", "-c", LIBRARIES],
        WHEEL: [BIN / "oxconf", *JOB],
        CHECKOUT: [Path(sys.executable).parent / "oxconf", *JOB],
        TAR: ["sh", "-c", _PACK, "sh", tree, FRESH],
    }
    least = least_cpu(commands, runs)
    rows = [
        (name, f"{cpu:.1f}", f"{cpu / least[BARE]:.1f}", f"{cpu / least[TAR]:.1f}")
        for name, cpu in least.items()
    ]
    hosts = sum(path.is_dir() for path in tree.iterdir())
    title = f"The main job, cold: {hosts} hosts. CPU time, the least of {runs} runs in turn"
    return table(title, ("", "ms", "x bare", "x tar"), rows), least
