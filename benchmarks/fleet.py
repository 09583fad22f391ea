"""Many clusters through the library, one after the other: hosts a second, and whether memory grows.

`fleet` starts this file as a script, in a process of its own.
"""

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CLUSTERS = 1000
SOME = 100
"""After how many clusters the memory is compared."""


def run(clusters: int, folder: str) -> None:
    """Load, check and write clusters that are all different, and print what it took."""
    import oxconf

    # One core: what the kernel does for the process counts as well.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    like = oxconf.load(tier="1m")
    hosts = 0
    memory = {}
    began, began_cpu = time.perf_counter(), time.process_time()
    for number in range(1, clusters + 1):
        output = Path(folder, f"{number}")
        source = Path(folder, f"{number}.toml")
        source.write_text(cluster_text(like, number))
        plan = oxconf.make_plan(oxconf.load(source))
        errors = [each for each in oxconf.check(plan) if each.severity is oxconf.Severity.ERROR]
        if errors:
            raise SystemExit(f"{source}: {errors[0]}")
        hosts += len(oxconf.write(plan, output).hosts)
        shutil.rmtree(output)
        source.unlink()
        memory[number] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "hosts": hosts,
                "wall": time.perf_counter() - began,
                "cpu": time.process_time() - began_cpu,
                "some": memory[min(SOME, clusters)],
                "all": memory[clusters],
            }
        )
    )


def cluster_text(like: Any, number: int) -> str:
    """Return a cluster file with the hosts of `like` under other names and addresses, and of another size."""
    net = f"10.{number // 250}.{number % 250}"
    text = f"""tier = "1m"
name = "fleet-{number}"
[network]
cidr = "{net}.0/24"
virtual_router_id = {number % 200 + 1}
[database]
write_address = "{net}.218"
[web]
address = "{net}.230"
[filestore]
uid = {2000 + number}
gid = {2000 + number}
"""
    for host in like.hosts:
        text += f"""[[hosts]]
name = "{host.name}-{number}"
address = "{net}.{str(host.address).rpartition(".")[2]}"
roles = [{", ".join(f'"{role.value}"' for role in host.roles)}]
memory = "{(host.memory >> 30) + number % 64}G"
cores = {host.cores + number % 8}
"""
    return text


def fleet(clusters: int = CLUSTERS) -> str:
    """Return the table."""
    from benchmarks.installed import BIN
    from benchmarks.measure import output_of
    from benchmarks.table import table

    with tempfile.TemporaryDirectory() as folder:
        found = json.loads(output_of([BIN / "python", "-I", Path(__file__), str(clusters), folder]))
    hosts = found["hosts"]
    rows = [
        ("hosts a second, by the clock", f"{hosts / found['wall']:.0f}"),
        ("hosts a second of CPU time", f"{hosts / found['cpu']:.0f}"),
        (f"greatest memory after {min(SOME, clusters)} clusters, MiB", f"{found['some']:.1f}"),
        (f"greatest memory after {clusters} clusters, MiB", f"{found['all']:.1f}"),
        ("growth between them, MiB", f"{found['all'] - found['some']:.1f}"),
    ]
    title = f"A fleet through the library: {clusters} clusters ({hosts} hosts) loaded, checked and written"
    return table(title, ("", "one core"), rows)


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2])
