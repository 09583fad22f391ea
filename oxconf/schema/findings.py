"""The schema of `oxconf check --format json`."""

from oxconf.report.json import VERSION
from oxconf.rules import Severity
from oxconf.schema._json import Schema, array, document, record, text, word

NAME = "findings"


def findings() -> Schema:
    """Return the schema of the document of findings."""
    count = {"type": "integer", "minimum": 0}
    place = {
        "host": text("Name of the host."),
        "path": text("Absolute path of the file on the host."),
        "line": {"description": "Line from 1; 0 means the file as a whole.", **count},
    }
    finding = {
        "code": text("Code of the rule; it is never given to another rule.", "OX[0-9]{3}"),
        "name": text("Name of the rule: what is wrong.", "[a-z0-9-]+"),
        "severity": word("How bad it is.", [severity.value for severity in Severity]),
        "message": text("What is wrong here, in a sentence."),
        "places": array(
            "Where: the first is where to look first, the others are the other ends.",
            record("A line of a file of a host.", place),
        ),
        "remedy": text("What to do."),
    }
    return document(
        NAME,
        "oxconf findings",
        record(
            "What does not fit together in a cluster.",
            {
                "version": {"description": "Version of this form.", "const": VERSION},
                "errors": {"description": "How many findings are errors.", **count},
                "warnings": {"description": "How many findings are warnings.", **count},
                "findings": array("The findings, errors first.", record("One finding.", finding)),
            },
        ),
    )
