"""From a plan to the evidence of its own text: what is judged is what would be written."""

from oxconf.evidence import Evidence, File, HostFiles
from oxconf.facts import cluster_facts_of, facts_of
from oxconf.plan import Plan


def evidence_of(plan: Plan) -> Evidence:
    """Render every file of every host and return the evidence. Raises Unwritable."""
    hosts = []
    for host in plan.hosts:
        files = tuple(
            File(artifact.path, text, artifact.mode, artifact.owner, artifact.group)
            for artifact, text in zip(host.artifacts, host.texts, strict=True)
        )
        enabled = tuple(enable.name for artifact in host.artifacts for enable in artifact.enables())
        facts = facts_of(plan.deployment, host.host)
        hosts.append(HostFiles(name=host.host.name, facts=facts, files=files, complete=True, enabled=enabled))
    return Evidence(tuple(hosts), cluster_facts_of(plan.deployment))
