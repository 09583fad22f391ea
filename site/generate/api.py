"""The page of the Python API: the public names of `oxconf`, from their sources."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import import_module
from typing import Any

from attrs import frozen

import oxconf
from generate.keys import PAGE as CLUSTER_FILE
from generate.markdown import anchor, code, docstring, document, fence, heading, prose, table

PAGE = "reference/python.md"
WIDTH = 80
"""Longer signatures get a line for each argument."""


@frozen
class Member:
    """A field, a property or a method of a class, or a member of an enumeration."""

    name: str
    text: str
    """Its type, its signature or its value."""
    doc: str
    is_method: bool = False


def public() -> dict[str, Any]:
    """Return what `import oxconf` offers."""
    return {name: getattr(oxconf, name) for name in oxconf.__all__}


def pages(names: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the page."""
    names = public() if names is None else names
    blocks = ["# Python", docstring(oxconf.__doc__ or "")]
    for title in ("Functions", "Classes", "Errors", "Constants"):
        group = {name: each for name, each in names.items() if _kind(each) == title}
        if group:
            blocks.append(heading(2, title, title.lower()))
        for name, each in group.items():
            blocks += [heading(3, code(f"oxconf.{name}"), anchor(name)), *_entry(name, each)]
    return {PAGE: document(*blocks)}


def missing(names: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Yield the public names, and the methods of public classes, without a docstring."""
    for name, each in (public() if names is None else names).items():
        if not _doc(name, each).strip():
            yield f"the public name oxconf.{name} has no docstring"
        if inspect.isclass(each):
            for member in members(each):
                if member.is_method and not member.doc.strip():
                    yield f"the method oxconf.{name}.{member.name} has no docstring"


def members(cls: type) -> Iterator[Member]:
    """Yield the public members that a class defines itself, in the order of its source."""
    (node,) = ast.parse(inspect.getsource(cls)).body
    if not isinstance(node, ast.ClassDef):
        return
    following = [*node.body[1:], None]
    for statement, after in zip(node.body, following, strict=True):
        doc = _text_below(after)
        if isinstance(statement, ast.FunctionDef) and not statement.name.startswith("_"):
            own = ast.get_docstring(statement) or ""
            decorators = [ast.unparse(each) for each in statement.decorator_list]
            if "property" in decorators or "cached_property" in decorators:
                yield Member(statement.name, ast.unparse(statement.returns) if statement.returns else "", own)
            else:
                yield Member(statement.name, _signature(statement), own, is_method=True)
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if not statement.target.id.startswith("_"):
                text = doc or _declared(statement.value)
                yield Member(statement.target.id, ast.unparse(statement.annotation), text)
        elif isinstance(statement, ast.Assign) and issubclass(cls, Enum):
            for target in statement.targets:
                yield Member(ast.unparse(target), ast.unparse(statement.value), doc)


def _kind(each: Any) -> str:
    if inspect.isclass(each):
        return "Errors" if issubclass(each, Exception) else "Classes"
    return "Functions" if inspect.isfunction(each) else "Constants"


def _doc(name: str, each: Any) -> str:
    """Return the docstring; that of a constant is the text below its assignment."""
    if _kind(each) != "Constants":
        return str(each.__doc__ or "")
    body = ast.parse(inspect.getsource(import_module(oxconf._HOMES[name]))).body
    for statement, after in zip(body, [*body[1:], None], strict=True):
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == name:
            return _text_below(after)
    return ""


def _text_below(after: ast.stmt | None) -> str:
    said = after.value if isinstance(after, ast.Expr) else None
    return str(said.value) if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""


def _entry(name: str, each: Any) -> Iterator[str]:
    if inspect.isfunction(each):
        (node,) = ast.parse(inspect.getsource(each)).body
        if isinstance(node, ast.FunctionDef):
            yield fence(f"oxconf.{name}{_signature(node)}", "python")
    yield docstring(_doc(name, each))
    if inspect.isclass(each):
        yield from _members(name, list(members(each)))


def _members(name: str, found: list[Member]) -> Iterator[str]:
    fields = [member for member in found if not member.is_method]
    if fields:
        head = ("Name", "Type or value", "Meaning")
        rows = [(code(member.name), code(member.text), prose(member.doc)) for member in fields]
        width = 3 if any(meaning for _, _, meaning in rows) else 2
        yield table(head[:width], [row[:width] for row in rows])
    if name == "Deployment":
        yield f"The fields are the keys of [the cluster file]({CLUSTER_FILE.rpartition('/')[2]})."
    for member in found:
        if member.is_method:
            yield heading(4, code(f"{name}.{member.name}"), anchor(f"{name}.{member.name}"))
            yield fence(f"{member.name}{member.text}", "python")
            yield docstring(member.doc)


def _signature(node: ast.FunctionDef) -> str:
    arguments = [argument for argument in _arguments(node.args) if argument not in ("self", "cls")]
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    line = f"({', '.join(arguments)}){returns}"
    if len(line) <= WIDTH:
        return line
    return "(\n" + "".join(f"    {argument},\n" for argument in arguments) + f"){returns}"


def _arguments(of: ast.arguments) -> Iterator[str]:
    named = [*of.posonlyargs, *of.args]
    defaults = [None] * (len(named) - len(of.defaults)) + of.defaults
    yield from map(_argument, named, defaults)
    if of.vararg:
        yield f"*{_argument(of.vararg)}"
    elif of.kwonlyargs:
        yield "*"
    yield from map(_argument, of.kwonlyargs, of.kw_defaults)
    if of.kwarg:
        yield f"**{_argument(of.kwarg)}"


def _argument(of: ast.arg, default: ast.expr | None = None) -> str:
    equals = "=" if of.annotation is None else " = "
    return ast.unparse(of) + (f"{equals}{ast.unparse(default)}" if default else "")


def _declared(value: ast.expr | None) -> str:
    """Return the text of a key of the cluster file, the first argument of its declaration."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "key" and value.args:
        return str(ast.literal_eval(value.args[0]))
    return ""
