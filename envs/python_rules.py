"""Static rules over candidates written in Python: a first fence before the sandbox, which is the wall.

The rules read the syntax tree and refuse what an honest kernel or model has no use for: imports off a list, names and
attributes that lead to the interpreter, files, processes or other people's frames. They make a cheat visible early and
give it a line number. They do not contain anything: Python is too dynamic for that. A value that reaches a forbidden
object through a container, an argument or a library's own re-export under another name passes here, and meets the
sandbox and the second process that alone knows what is expected.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter

from ecot.envs.types import Diagnostic, FrozenMap

__all__ = ["DEFAULT_NAMES", "PythonRules", "check_python"]

_DUNDER = re.compile(r"__\w+__")
_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
"""The encoding declaration of PEP 263."""

_RUNS_CODE = "it runs text as code"
_REACHES = "it reaches names that the rules cannot see"
_OPENS = "candidates read and write no files"
_STOPS = "it stops or blocks the interpreter"

DEFAULT_NAMES: Mapping[str, str] = FrozenMap(
    {
        **dict.fromkeys(("eval", "exec", "compile", "__import__"), _RUNS_CODE),
        **dict.fromkeys(("getattr", "setattr", "delattr", "globals", "locals", "vars", "dir"), _REACHES),
        **dict.fromkeys(("attrgetter", "methodcaller"), _REACHES),
        "open": _OPENS,
        **dict.fromkeys(("input", "breakpoint", "exit", "quit", "help"), _STOPS),
    }
)
"""Names and attributes that no rule set allows by default, each with why."""

_FRAMES = ("frame", "code", "locals", "globals", "builtins", "back", "trace", "lasti", "running", "await", "yieldfrom")
_INTROSPECTION = {
    **{f"{kind}_{part}": _REACHES for kind in ("f", "gi", "cr", "ag", "tb") for part in _FRAMES},
    **dict.fromkeys(("tb_next", "mro", "func_globals", "format_map"), _REACHES),
}
_STOWAWAYS = (
    *("builtins", "ctypes", "gc", "importlib", "inspect", "marshal", "multiprocessing", "nt", "os", "pathlib"),
    *("pickle", "posix", "runpy", "shutil", "socket", "subprocess", "sys", "threading"),
)
_MODULES = dict.fromkeys(_STOWAWAYS, "it is a module that the allowed ones merely happen to import")
DEFAULT_ATTRIBUTES: Mapping[str, str] = FrozenMap({**_INTROSPECTION, **_MODULES})
"""Attributes, imported members included, that no rule set allows by default, each with why."""

_READABLE = ("__init__", "__name__", "__doc__", "__version__")
_ARITHMETIC = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "neg", "abs")
_DEFINABLE = (
    *("__init__", "__post_init__", "__call__", "__len__", "__iter__", "__next__", "__getitem__", "__setitem__"),
    *("__contains__", "__enter__", "__exit__", "__repr__", "__str__", "__lt__", "__le__", "__gt__", "__ge__"),
    *(f"__{side}{name}__" for name in _ARITHMETIC for side in ("", "r", "i")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonRules:
    """What a domain lets its Python candidates do.

    Attributes:
        imports: dotted prefixes that may be imported (`numpy` allows `numpy.linalg`).
        refused_imports: dotted prefixes below those that may not, each with why.
        references: dotted names, resolved through `import ... as` and plain assignments, that may not be mentioned,
            each with why (`numpy.load`); what lies below such a name is refused too.
        names: identifiers and attributes that may not be mentioned, each with why.
        attributes: attributes, imported members included, that may not be mentioned, each with why.
        private_attributes: whether `value._name` is allowed where `value` is neither `self` nor `cls`.
        max_bytes: longest source, in bytes of UTF-8.
    """

    imports: tuple[str, ...]
    refused_imports: Mapping[str, str] = field(default_factory=FrozenMap)
    references: Mapping[str, str] = field(default_factory=FrozenMap)
    names: Mapping[str, str] = field(default=DEFAULT_NAMES)
    attributes: Mapping[str, str] = field(default=DEFAULT_ATTRIBUTES)
    private_attributes: bool = False
    max_bytes: int = 65_536


def check_python(source: str, rules: PythonRules) -> tuple[Diagnostic, ...]:
    """Return what the rules refuse, in the order of the lines; empty where nothing is refused.

    Identifiers are compared after NFKC normalisation, as Python itself reads them, so that a name in full-width or
    mathematical letters is the name it stands for. A source that does not parse gives one `syntax_error`.

    Args:
        source: of one module.
        rules: of the domain.
    """
    early = _unreadable(source, rules)
    if early is not None:
        return (early,)
    tree, failure = _parse(source)
    if tree is None:
        return (failure,) if failure else ()
    inspector = _Inspector(rules, aliases=_aliases(tree), documentation=_docstrings(tree))
    found = {item for node in ast.walk(tree) for item in inspector.inspect(node)}
    return tuple(sorted(found, key=lambda item: (item.line, item.column, item.code, item.symbol)))


def _diagnostic(code: str, message: str, *, line: int = 1, column: int = 0, symbol: str = "") -> Diagnostic:
    return Diagnostic(tool="rules", code=code, message=message, line=line, column=column, symbol=symbol)


def _unreadable(source: str, rules: PythonRules) -> Diagnostic | None:
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > rules.max_bytes:
        return _diagnostic("too_long", f"the source has {size} bytes; at most {rules.max_bytes} are read")
    for number, line in enumerate(re.split(r"\r\n|\r|\n", source, maxsplit=2)[:2], start=1):
        declared = _CODING.match(line)
        if declared and declared[1].lower().replace("_", "-") not in ("utf-8", "utf8"):
            message = f"the source declares the encoding {declared[1]!r}; write plain UTF-8 and declare none"
            return _diagnostic("hidden_code", message, line=number, symbol=declared[1])
    return None


def _parse(source: str) -> tuple[ast.Module | None, Diagnostic | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source), None
    except SyntaxError as error:
        line, column = max(error.lineno or 1, 1), max(error.offset or 0, 0)
        return None, _diagnostic("syntax_error", f"this is not Python: {error.msg}", line=line, column=column)
    except (ValueError, RecursionError, MemoryError):
        return None, _diagnostic("syntax_error", "this is not Python: a null character, a lone surrogate or too deep")


def _docstrings(tree: ast.Module) -> frozenset[int]:
    """Identities of the constants that are documentation, and may speak of anything."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, kinds)]
    return frozenset(id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr))


def _aliases(tree: ast.Module) -> Mapping[str, frozenset[str]]:
    """Every dotted name that an identifier may stand for, whatever the flow of control."""
    known: dict[str, set[str]] = {}
    assignments: list[tuple[str, ast.expr]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                whole = item.name if item.asname else item.name.split(".")[0]
                known.setdefault(item.asname or whole, set()).add(whole)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for item in node.names:
                known.setdefault(item.asname or item.name, set()).add(f"{node.module}.{item.name}")
        else:
            assignments.extend(_bindings(node))
    changed = True
    while changed:
        changed = False
        for name, value in assignments:
            fresh = _dotted(value, known) - known.get(name, set())
            # Deep chains come from `a = a.b` only; a cap keeps the fixed point finite.
            fresh = {item for item in fresh if item.count(".") < 8}
            if fresh:
                known.setdefault(name, set()).update(fresh)
                changed = True
    return {name: frozenset(values) for name, values in known.items()}


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
                yield from ((left.id, right) for left, right in pairs if isinstance(left, ast.Name))
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value


def _dotted(node: ast.expr, known: Mapping[str, set[str] | frozenset[str]]) -> set[str]:
    """The dotted names that an expression of names and attributes may mean."""
    tail: list[str] = []
    while isinstance(node, ast.Attribute):
        tail.append(node.attr)
        node = node.value
    if isinstance(node, ast.NamedExpr):
        node = node.value
    if not isinstance(node, ast.Name):
        return set()
    return {".".join([head, *reversed(tail)]) for head in known.get(node.id, ())}


def _under(name: str, prefixes: Mapping[str, str] | tuple[str, ...]) -> str | None:
    """The prefix that holds a dotted name, if one does."""
    return next((prefix for prefix in prefixes if name == prefix or name.startswith(f"{prefix}.")), None)


@dataclass(frozen=True, slots=True)
class _Inspector:
    """The rules applied to one node at a time."""

    rules: PythonRules
    aliases: Mapping[str, frozenset[str]]
    documentation: frozenset[int]

    def inspect(self, node: ast.AST) -> Iterator[Diagnostic]:
        match node:
            case ast.Import():
                for item in node.names:
                    yield from self._module(node, item.name)
            case ast.ImportFrom():
                yield from self._import_from(node)
            case ast.Name():
                yield from self._name(node, node.id)
                yield from self._reference(node, node)
            case ast.Attribute():
                yield from self._attribute(node, node.attr, owner=node.value)
                yield from self._reference(node, node)
            case ast.MatchClass():
                for name in node.kwd_attrs:
                    yield from self._attribute(node, name, owner=None)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from self._definition(node)
            case ast.arg():
                yield from self._name(node, node.arg)
            case ast.Constant() if isinstance(node.value, str) and id(node) not in self.documentation:
                yield from self._string(node, node.value)
            case ast.Call():
                yield from self._format(node)

    def _refuse(self, node: ast.AST, code: str, symbol: str, why: str) -> Diagnostic:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", -1) + 1
        return _diagnostic(code, f"`{symbol}` is not allowed: {why}", line=line, column=column, symbol=symbol)

    def _module(self, node: ast.AST, name: str) -> Iterator[Diagnostic]:
        refused = _under(name, self.rules.refused_imports)
        if name == "__future__":
            return
        if refused:
            yield self._refuse(node, "forbidden_import", name, self.rules.refused_imports[refused])
        elif _under(name, self.rules.imports) is None:
            allowed = ", ".join(self.rules.imports) or "nothing"
            yield self._refuse(node, "forbidden_import", name, f"what may be imported is: {allowed}")
        for part in name.split(".")[1:]:
            yield from self._attribute(node, part, owner=None)

    def _import_from(self, node: ast.ImportFrom) -> Iterator[Diagnostic]:
        if node.level:
            yield self._refuse(node, "forbidden_import", "." * node.level, "there is no package around a candidate")
            return
        yield from self._module(node, node.module or "")
        for item in node.names:
            if item.name == "*":
                yield self._refuse(node, "star_import", "*", "import the names that you use one by one")
            elif node.module != "__future__":
                yield from self._attribute(node, item.name, owner=None)
                yield from self._forbidden_reference(node, f"{node.module}.{item.name}")
                refused = _under(f"{node.module}.{item.name}", self.rules.refused_imports)
                if refused:
                    yield self._refuse(node, "forbidden_import", item.name, self.rules.refused_imports[refused])

    def _name(self, node: ast.AST, name: str) -> Iterator[Diagnostic]:
        if name in self.rules.names:
            yield self._refuse(node, "forbidden_name", name, self.rules.names[name])
        elif _DUNDER.fullmatch(name) and name != "__name__":
            yield self._refuse(node, "forbidden_name", name, _REACHES)

    def _attribute(self, node: ast.AST, name: str, *, owner: ast.expr | None) -> Iterator[Diagnostic]:
        why = self.rules.attributes.get(name) or self.rules.names.get(name)
        own = isinstance(owner, ast.Name) and owner.id in ("self", "cls")
        if why:
            yield self._refuse(node, "forbidden_attribute", name, why)
        elif _DUNDER.fullmatch(name):
            if name not in _READABLE:
                yield self._refuse(node, "forbidden_attribute", name, _REACHES)
        elif name.startswith("_") and not own and not self.rules.private_attributes:
            yield self._refuse(node, "private_attribute", name, "use what the library documents")

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[Diagnostic]:
        if _DUNDER.fullmatch(node.name) and node.name not in _DEFINABLE:
            yield self._refuse(node, "forbidden_name", node.name, "it changes how Python treats other objects")
        elif node.name in self.rules.names:
            yield self._refuse(node, "forbidden_name", node.name, "it hides a name of the interpreter")

    def _string(self, node: ast.AST, text: str) -> Iterator[Diagnostic]:
        hidden = next((name for name in _DUNDER.findall(text) if name != "__main__"), None)
        if hidden:
            yield self._refuse(node, "hidden_name", hidden, "a string must not spell an internal name")

    def _reference(self, node: ast.AST, expression: ast.expr) -> Iterator[Diagnostic]:
        for name in sorted(_dotted(expression, self.aliases)):
            yield from self._forbidden_reference(node, name)

    def _forbidden_reference(self, node: ast.AST, name: str) -> Iterator[Diagnostic]:
        hit = _under(name, self.rules.references)
        if hit:
            yield self._refuse(node, "forbidden_call", name, self.rules.references[hit])

    def _format(self, node: ast.Call) -> Iterator[Diagnostic]:
        """`"{0.attribute}".format(value)` reads attributes; allow plain fields of literal templates only."""
        if not (isinstance(node.func, ast.Attribute) and node.func.attr == "format"):
            return
        template = node.func.value
        if not (isinstance(template, ast.Constant) and isinstance(template.value, str)):
            yield self._refuse(node, "hidden_name", "format", "write an f-string, or a literal with plain fields")
        elif any(_reads_attributes(template.value)):
            yield self._refuse(node, "hidden_name", "format", "a field of a template must not read attributes or items")


def _reads_attributes(template: str) -> Iterator[bool]:
    try:
        fields = list(Formatter().parse(template))
    except ValueError:
        return
    for _, name, specification, _ in fields:
        yield "." in (name or "") or "[" in (name or "") or "{" in (specification or "")
