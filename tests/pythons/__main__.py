"""`python -m pythons`, which is `make pythons`: the same archives under every Python that can be had here.

Environments are made below the folder that is the only argument, and kept. Exits with 1 when digests differ or when
no second Python is here.
"""

import sys
from pathlib import Path

from pythons.interpreters import VERSIONS, Missing, run

folder = Path(sys.argv[1])
results = {}
for version in VERSIONS:
    try:
        results[version] = run(version, folder)
    except Missing as missing:
        print(f"{version}: not run: {missing}")
        continue
    found = results[version]
    print(f"{version}: {found['python']} on {found['platform']}, {len(found['digests'])} archives")
different = {tuple(found["digests"].items()) for found in results.values()}
if len(results) < 2:
    sys.exit("there is no second Python to compare with")
if len(different) > 1:
    sys.exit("the archives differ")
print(f"The tar of every host of every reference deployment is the same under {', '.join(results)}.")
