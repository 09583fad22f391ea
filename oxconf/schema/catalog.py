"""All schemas by name."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from oxconf.schema._json import Schema
from oxconf.schema.cluster import NAME as CLUSTER
from oxconf.schema.cluster import cluster
from oxconf.schema.diff import NAME as DIFF
from oxconf.schema.diff import diff
from oxconf.schema.findings import NAME as FINDINGS
from oxconf.schema.findings import findings
from oxconf.schema.manifests import HOST_MANIFEST, MANIFEST, host_manifest, manifest
from oxconf.schema.runbook import NAME as RUNBOOK
from oxconf.schema.runbook import runbook

SCHEMAS: Mapping[str, Callable[[], Schema]] = MappingProxyType(
    {
        CLUSTER: cluster,
        HOST_MANIFEST: host_manifest,
        MANIFEST: manifest,
        RUNBOOK: runbook,
        FINDINGS: findings,
        DIFF: diff,
    }
)
"""What makes the schema of each name."""


def file_name(name: str) -> str:
    """Return what the file of a schema is called, in `schemas/` and beside a cluster file."""
    return f"oxconf-{name}.schema.json"


def show(name: str) -> str:
    """Return a schema as text; it ends with a newline. Raises KeyError for an unknown name."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"
