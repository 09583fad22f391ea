"""The schema of `runbook.json` in the output folder."""

from oxconf.bundle.contents import SCHEMA
from oxconf.runbook.step import Repeat
from oxconf.schema._json import Schema, array, document, record, text, word

NAME = "runbook"


def runbook() -> Schema:
    """Return the schema of the document that holds all steps of all runbooks."""
    states = {"type": "string"}
    test = record(
        "Something that can be seen on the host.",
        {"says": text("What holds."), "shell": text("Shell that succeeds when it holds.")},
    )
    step = {
        "number": {"description": "Place in the order across hosts.", "type": "integer", "minimum": 1},
        "host": text('Name of the host; or the part that one of `on` plays, as "the new master".'),
        "on": array("Hosts whose archives hold the script.", {"type": "string"}),
        "script": text("Path of the script below runbook/ of the archive, without the ending .sh."),
        "words": text("What the script is given on its command line; empty: nothing."),
        "example": text("Words that the script could be given; empty: `words` says enough."),
        "title": text("What is done."),
        "why": text("Why it is done."),
        "needs": array("What other steps must have brought about, as `host: state`.", states),
        "gives": array("What holds after it.", states),
        "ends": array("What does not hold any more after it.", states),
        "before": array("What the script looks at; it stops when one does not hold.", test),
        "done": text("Shell that succeeds when the step was taken already; empty: it is always taken."),
        "loses": text("What is lost or disturbed: the script asks first. Empty: nothing."),
        "command": text("What the script does, without its statements that hold passwords."),
        "after": array("How to see that it worked.", test),
        "repeat": word("What happens when it is taken again.", [repeat.value for repeat in Repeat]),
        "undo": text("How to undo it."),
        "log": text("Where to look when it fails; empty: what the script prints."),
    }
    phase = record(
        "Steps that belong together.",
        {
            "title": text("What the phase is about."),
            "steps": array("Steps, in order.", record("One step on one host.", step)),
        },
    )
    book = record(
        "Steps across hosts, in the order in which they are taken.",
        {
            "name": text("Short name; `setup` is the one from empty hosts to a working cluster."),
            "title": text("What it is for."),
            "about": text("What to know before the first step, in Markdown."),
            "begins": array("What must hold before the first step, as `host: state`.", states),
            "phases": array("Phases, in order.", phase),
        },
    )
    return document(
        NAME,
        "oxconf runbooks",
        record(
            "Everything that a person does on the hosts of a cluster.",
            {
                "schema": {
                    "description": "Version of this form. It changes when a reader of the old one could misread it.",
                    "const": SCHEMA,
                },
                "runbooks": array("All runbooks of the cluster, the setup first.", book),
            },
        ),
    )
