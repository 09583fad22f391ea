"""Prints the Python that runs this, and the digests of the uncompressed archives of all reference deployments.

Takes the checkout as its only argument. Runs on any Python that has the requirements, Pyodide's as well.
"""

import json
import sys
from pathlib import Path

root = Path(sys.argv[1])
sys.path.insert(0, str(root))

from oxconf.bundle.archive import tar  # noqa: E402
from oxconf.bundle.contents import contents, digest  # noqa: E402
from oxconf.deployment.load import load_text  # noqa: E402
from oxconf.plan import make_plan  # noqa: E402

digests = {}
for file in sorted(root.glob("bundles/*/cluster.toml")):
    plan = make_plan(load_text(file.read_text("utf-8")))
    for host in plan.hosts:
        digests[f"{file.parent.name}/{host.host.name}"] = digest(tar(contents(plan, host)))
print(json.dumps({"python": sys.version.split()[0], "platform": sys.platform, "digests": digests}))
