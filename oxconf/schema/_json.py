"""The few forms of JSON Schema that the schemas here are made of.

What editors make of a schema decides its form. Taplo, which Even Better TOML builds on, overlooks everything beside a
`$ref` and refuses a schema whose `$id` is a relative name, so there is neither: each schema is one whole, and its
title and comment say what it is.
"""

from typing import Any

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def document(name: str, title: str, body: Schema) -> Schema:
    """Return a complete schema of that name, as `oxconf schema NAME` prints it."""
    return {"$schema": DRAFT, "$comment": comment(name), "title": title, **body}


def comment(name: str) -> str:
    """Return the comment by which a written schema is known to be ours."""
    return f"Generated. Renew it with: oxconf schema {name}"


def record(description: str, properties: dict[str, Schema]) -> Schema:
    """Return an object of a document that oxconf writes: all keys are there.

    It is not closed: a newer oxconf may write more, and a reader leaves aside what it does not know.
    """
    return {
        "description": description,
        "type": "object",
        "required": list(properties),
        "properties": properties,
    }


def text(description: str, pattern: str = "") -> Schema:
    """Return a string; `pattern` as Python has it, for the whole text."""
    return {"description": description, "type": "string"} | ({"pattern": ecma(pattern)} if pattern else {})


def word(description: str, words: list[str]) -> Schema:
    """Return a string that is one of some words."""
    return {"description": description, "type": "string", "enum": words}


def array(description: str, items: Schema) -> Schema:
    """Return a list."""
    return {"description": description, "type": "array", "items": items}


def ecma(pattern: str) -> str:
    r"""Return a pattern that a whole text must match, as JSON Schema has it: searched for, in ECMA's syntax.

    ECMA has no `\Z`; its `$` is the very end, which Python's is not.
    """
    whole = pattern.replace(r"\Z", "$")
    return f"^(?:{whole})$"
