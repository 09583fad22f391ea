"""The schemas of the two manifests: that of a host's folder, and that of the output folder."""

from collections.abc import Mapping
from typing import Any, get_args

from attrs import fields

from oxconf.artifacts._artifact import Install, Switch
from oxconf.bundle.contents import SCHEMA
from oxconf.facts import ClusterFacts, Facts
from oxconf.schema._json import Schema, array, document, record, text, word

HOST_MANIFEST = "host-manifest"
MANIFEST = "manifest"

_DIGEST = "[0-9a-f]{64}"

_CLUSTER_FACTS = {
    "name": "Name of the cluster.",
    "tier": "Tier that gave the defaults; null when nobody told.",
    "mailboxes": "Number of mailboxes; null when nobody told.",
    "hosts": "Names of all hosts of the cluster, also of those that are not in this folder.",
    "flavour": "Product of the database servers, as cluster.toml names it; null when nobody told.",
    "version": "Their release series; null when nobody told.",
    "span": "How far apart the hosts stand: lan, metro or wan; null when nobody told.",
}

_FACTS = {
    "addresses": "The host's own IP addresses, without floating ones.",
    "interfaces": "IP address of each interface, by the interface's name.",
    "roles": "What the host does.",
    "memory": "Main memory in bytes; null when nobody told.",
    "cores": "Processor cores; null when nobody told.",
    "uid": "User id of open-xchange; null where the host has no such user.",
    "gid": "Group id of open-xchange; null where the host has no such group.",
    "ssh_port": "Port on which sshd listens.",
}


def host_manifest() -> Schema:
    """Return the schema of `manifest.json` in the folder of one host."""
    switched = {
        "switch": word("How it is switched on.", [switch.value for switch in Switch]),
        "name": text("Name of the unit, module or configuration."),
    }
    file = {
        "path": text("Absolute path on the host; in the folder it stands below rootfs.", "/.*"),
        "type": text("Short name of the kind of file."),
        "install": word("How it gets onto the host.", [install.value for install in Install]),
        "mode": text("Permission bits, octal.", "[0-7]{4}"),
        "owner": text("Owner on the host."),
        "group": text("Group on the host."),
        "sha256": text("SHA-256 of the file, hexadecimal.", _DIGEST),
    }
    return document(
        HOST_MANIFEST,
        "oxconf manifest of a host",
        record(
            "What the folder or archive of one host holds.",
            {
                "schema": _version(),
                "cluster": _cluster(),
                "host": text("Name of the host."),
                "facts": _facts(Facts, "What is known of the host beside its files.", _FACTS),
                "enable": array(
                    "What has to be switched on for the files to take effect.",
                    record("One thing to switch on.", switched),
                ),
                "files": array(
                    "The files of the host, in the order of the archive.", record("One file.", file)
                ),
            },
        ),
    )


def manifest() -> Schema:
    """Return the schema of `manifest.json` in the output folder."""
    digest = text("SHA-256 of the uncompressed archive, hexadecimal.", _DIGEST)
    archive = {
        "archive": text("Name of the archive in the output folder.", r"[^/]+\.tar\.gz"),
        "tar_sha256": digest,
    }
    tree = {
        "folder": text("Name of the host's folder in the output folder.", "[^/]+"),
        "tar_sha256": digest,
        "files": array("Files of the folder, as paths in the output folder.", text("One path.")),
    }
    entry = {
        "oneOf": [record("A host as an archive.", archive), record("A host as a folder (--tree).", tree)],
    }
    return document(
        MANIFEST,
        "oxconf manifest of the output folder",
        record(
            "What an output folder of oxconf render holds.",
            {
                "schema": _version(),
                "cluster": _cluster(),
                "format": word("What there is for each host.", ["archives", "tree"]),
                "pages": array("Files beside those of the hosts: the runbook.", text("One path.")),
                "hosts": {
                    "description": "What there is for each host, by the host's name.",
                    "type": "object",
                    "additionalProperties": entry,
                },
            },
        ),
    )


def _version() -> Schema:
    return {
        "description": "Version of this form. It changes when a reader of the old one could misread the new one.",
        "const": SCHEMA,
    }


def _cluster() -> Schema:
    return _facts(ClusterFacts, "What is known of the cluster as a whole.", _CLUSTER_FACTS)


def _facts(cls: Any, description: str, docs: Mapping[str, str]) -> Schema:
    """Return the object of a class of facts. Raises KeyError for a fact without a text."""
    return record(description, {one.name: _fact(one.type, docs[one.name]) for one in fields(cls)})


def _fact(annotation: Any, doc: str) -> Schema:
    """Return one fact of the types that facts have: texts, numbers, None, and lists and mappings of texts."""
    parts = get_args(annotation)
    if getattr(annotation, "__origin__", None) is tuple:
        return array(doc, {"type": "string"})
    if parts and type(None) not in parts:
        return {"description": doc, "type": "object", "additionalProperties": {"type": "string"}}
    kinds = [{str: "string", int: "integer", type(None): "null"}[part] for part in parts or (annotation,)]
    made: Schema = {"description": doc, "type": kinds if len(kinds) > 1 else kinds[0]}
    return made | ({"minimum": 0} if "integer" in kinds else {})
