"""An inventory and a playbook for Ansible: they carry each archive to its host and let its installer do the work."""

import json
from collections.abc import Mapping
from importlib import resources

from oxconf.deployment.model import Deployment, Role
from oxconf.syntax._base import Unwritable

INVENTORY = "inventory.yml"
PLAYBOOK = "playbook.yml"
TASKS = "install-archive.yml"

DATABASES = "oxconf_databases"
OTHERS = "oxconf_others"

CONFIGURED = "/var/lib/oxconf/oxinstaller"
"""What the runbook's step oxinstaller leaves: on an OX node it comes first, as it would write over our files."""


def ansible_files(deployment: Deployment, archives: Mapping[str, str]) -> dict[str, str]:
    """Return `{name: text}` of what stands beside the archives. None of the texts holds a secret.

    `archives` are the names of the archives by host. Raises Unwritable.
    """
    texts = resources.files("oxconf.exchange")
    return {
        INVENTORY: inventory(deployment, archives),
        **{name: texts.joinpath(name).read_text("utf-8") for name in (PLAYBOOK, TASKS)},
    }


def inventory(deployment: Deployment, archives: Mapping[str, str]) -> str:
    """Return the inventory: each host with its address and its archive, in one group of each role and of two plays."""
    lines = [
        "---",
        "# Written by oxconf. Settings of the connection belong into group_vars/all.yml.",
        "all:",
        "  hosts:",
    ]
    for host in deployment.hosts:
        lines += [
            f"    {_text(host.name)}:",
            f"      ansible_host: {_text(str(host.address))}",
            f"      oxconf_archive: {_text(archives[host.name])}",
        ]
        if host.runs_ox:
            lines.append(f"      oxconf_after: {_text(CONFIGURED)}")
    lines.append("  children:")
    for group, names in _groups(deployment).items():
        lines += [f"    {group}:", "      hosts:", *(f"        {_text(name)}:" for name in names)]
    return "\n".join(lines) + "\n"


def _groups(deployment: Deployment) -> dict[str, list[str]]:
    """Return the hosts of each group; a group without any is left out."""
    databases = [host.name for host in deployment.with_role(Role.DATABASE)]
    groups = {
        DATABASES: databases,
        OTHERS: [host.name for host in deployment.hosts if host.name not in databases],
    }
    for role in Role:
        groups[f"oxconf_role_{role.value}"] = [host.name for host in deployment.with_role(role)]
    return {group: names for group, names in groups.items() if names}


def _text(value: str) -> str:
    # JSON's strings are YAML's as well: a bare `no` would be false. Ansible would fill in templates.
    if "{{" in value or "{%" in value:
        raise Unwritable(f"{value!r} can not stand in an inventory of Ansible")
    return json.dumps(value)
