"""The schema of `oxconf diff --format json`."""

from oxconf.exchange.diff import Kind
from oxconf.exchange.upgrade import Fate
from oxconf.report.diff import VERSION
from oxconf.schema._json import Schema, array, document, record, text, word

NAME = "diff"


def diff() -> Schema:
    """Return the schema of the document of differences."""
    change = word("What became of it.", [kind.value for kind in Kind])
    setting = {
        "key": text("Name of the setting, as the file has it."),
        "where": text("Part of the file that it belongs to, where there are several alike; else empty."),
        "change": change,
        "secret": {"description": "Whether it is a secret; then its values are not told.", "type": "boolean"},
        "old": _optional("Old value; null where there is none, and for a secret."),
        "new": _optional("New value; null where there is none, and for a secret."),
        "why": text("Why it is what it is; of the old value where it is gone."),
    }
    file = {
        "host": text("Name of the host."),
        "path": text("Absolute path on the host.", "/.*"),
        "change": change,
        "more": array("What else differs: mode, owner, comments.", {"type": "string"}),
        "settings": array("Settings that differ.", record("One setting.", setting)),
    }
    option = {
        "option": text("Name of the option."),
        "fate": word("What becomes of it.", [fate.value for fate in Fate]),
        "text": text("The rest of a sentence about it."),
        "written": _optional("What the new files say; null where they leave it to the server."),
    }
    step = record(
        "The step from one release of the database server to another.",
        {
            "old": text("Product and release before."),
            "new": text("Product and release after."),
            "options": array("Options that go, come or have another default.", record("One option.", option)),
        },
    )
    action = {
        "host": text("Name of the host."),
        "command": text("Command of a shell; behind a # stands what to take care of."),
    }
    standstill = record(
        "What a change of the databases takes that can not be made one server after the other.",
        {
            "reasons": array("Why it can not, in a sentence each.", {"type": "string"}),
            "steps": array("What to do instead, in this order.", {"type": "string"}),
        },
    )
    names = {"type": "string"}
    return document(
        NAME,
        "oxconf differences",
        record(
            "What differs between two clusters.",
            {
                "version": {"description": "Version of this form.", "const": VERSION},
                "old": text("Name of the file of the old cluster."),
                "new": text("Name of the file of the new cluster."),
                "hosts": record(
                    "Hosts that only one of the clusters has.",
                    {
                        "added": array("Hosts of the new cluster alone.", names),
                        "removed": array("Hosts of the old cluster alone.", names),
                    },
                ),
                "files": array("Files that differ, host by host.", record("One file of one host.", file)),
                "server": {
                    "description": "The other database server; null where it is the same.",
                    "oneOf": [step, {"type": "null"}],
                },
                "actions": array(
                    "What to do once the files are installed, in this order; nothing where there is a standstill.",
                    record("One thing to do.", action),
                ),
                "standstill": {
                    "description": "What it takes where no rolling change will do; else null.",
                    "oneOf": [standstill, {"type": "null"}],
                },
            },
        ),
    )


def _optional(description: str) -> Schema:
    return {"description": description, "type": ["string", "null"]}
