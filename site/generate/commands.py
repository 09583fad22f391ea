"""The page of the commands, from click's own objects."""

import inspect
import re
from collections.abc import Iterator

import click

from generate.markdown import anchor, code, document, escape, fence, heading, prose, sought, table
from oxconf.cli import oxconf

PAGE = "reference/commands.md"
_EXIT_CODES = re.compile(r"\s*Exit codes:\s*(.*?)\s*\Z", re.DOTALL)
_EXIT_CODE = re.compile(r"(\d+) (.*?)(?:, (?=\d)|\.?\Z)", re.DOTALL)


def pages(command: click.Command = oxconf) -> dict[str, str]:
    """Return the page."""
    context = _context(command)
    blocks = ["# Commands", *_description(command), fence(_usage(context), "console")]
    blocks += [heading(2, "Exit codes", "exit-codes"), table(("Code", "Meaning"), _exit_codes(command))]
    blocks += [heading(2, "Options of every call", "options"), _options(context)]
    for sub in _commands(context):
        blocks += _command(sub)
    return {PAGE: sought(document(*blocks))}


def missing(command: click.Command = oxconf) -> Iterator[str]:
    """Yield the commands and options without a help text, and the commands without an example."""
    context = _context(command)
    if not list(_exit_codes(command)):
        yield f"the command {command.name} does not say its exit codes"
    for each in (context, *_commands(context)):
        own = each.command
        if not (own.help or "").strip():
            yield f"the command {each.command_path} has no help"
        if each is not context and not isinstance(own, click.Group) and not _examples(own):
            yield f"the command {each.command_path} has no examples in its epilog"
        for param in own.get_params(each):
            if isinstance(param, click.Option) and not param.hidden and not (param.help or "").strip():
                yield f"the option {param.opts[0]} of {each.command_path} has no help"


def _context(
    command: click.Command, parent: click.Context | None = None, name: str | None = None
) -> click.Context:
    return click.Context(command, parent=parent, info_name=name or command.name, **command.context_settings)


def _commands(context: click.Context) -> Iterator[click.Context]:
    """Yield every command below a group, in the group's order."""
    group = context.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            sub = _context(command, context, name)
            yield sub
            yield from _commands(sub)


def _command(context: click.Context) -> Iterator[str]:
    yield heading(2, code(context.command_path), anchor(context.command_path))
    yield from _description(context.command)
    yield fence(_usage(context), "console")
    yield _options(context)
    examples = _examples(context.command)
    if examples:
        yield "Examples:"
        yield fence(examples, "console")


def _usage(context: click.Context) -> str:
    return " ".join((context.command_path, *context.command.collect_usage_pieces(context)))


def _options(context: click.Context) -> str:
    rows = []
    for param in context.command.get_params(context):
        record = param.get_help_record(context)
        if record is not None and record[1]:
            rows.append((code(record[0]), prose(record[1])))
    return table(("Option", "Meaning"), rows)


def _description(command: click.Command) -> Iterator[str]:
    """Yield the paragraphs of the help; what click keeps as it is written is a block of code."""
    for kept, text in _paragraphs(command.help):
        head, _, rest = text.partition(":\n")
        if _EXIT_CODES.match(text):
            continue
        if kept and rest:
            yield f"{prose(head)}:"
        yield fence(inspect.cleandoc(rest or text)) if kept else prose(text)


def _exit_codes(command: click.Command) -> Iterator[tuple[str, str]]:
    for _, text in _paragraphs(command.help):
        if found := _EXIT_CODES.match(text):
            yield from ((number, escape(meaning)) for number, meaning in _EXIT_CODE.findall(found[1]))


def _examples(command: click.Command) -> str:
    for _, text in _paragraphs(command.epilog):
        head, _, rest = text.partition(":\n")
        if head.startswith("Example"):
            return inspect.cleandoc(rest)
    return ""


def _paragraphs(text: str | None) -> Iterator[tuple[bool, str]]:
    """Yield each paragraph, and whether click keeps its lines."""
    for part in re.split(r"\n\s*\n|\n(?=\x08)", inspect.cleandoc(text or "")):
        if part.strip("\b\n "):
            yield part.startswith("\b"), part.strip("\b\n ")
