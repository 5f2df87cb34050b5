"""Static rules on a Verilog candidate: a first fence, and a clear word to whoever leans over it.

The wall stands elsewhere: no expected value shares a process with a candidate, programs run in a sandbox, and the
synthesised netlist, which no system task survives, must behave as the source does. The rules say early and plainly
what would fail there with a stranger message. They look at the raw text (branches that the preprocessor leaves out
included) and at pyslang's tree after preprocessing (what macros build included). They do not prove a text harmless.

`check` runs in a confined child, because hostile text may crash a parser written in C++.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pyslang import DiagnosticEngine, SourceLocation, SourceManager
from pyslang.ast import Compilation
from pyslang.parsing import Token, TokenKind, TriviaKind
from pyslang.syntax import SyntaxKind, SyntaxNode, SyntaxTree

MAX_BYTES = 64 * 1024
MAX_MODULES = 64
MAX_ERRORS = 5

SYSTEM_NAMES = frozenset(
    """
    $signed $unsigned $clog2 $bits $high $low $left $right $size $increment $dimensions $unpacked_dimensions
    $countones $onehot $onehot0 $rtoi $itor $floor $ceil $pow $sqrt $ln $log10
    """.split()  # noqa: SIM905 - thirty quotes would hide the words
)
"""System functions that compute from their arguments and do nothing else."""
TOOL_MACROS = re.compile(
    r"__\w+|YOSYS|SYNTHESIS|SYNTH|SYNTHESIZE|SIMULATION|SIM|FORMAL|VERILATOR|ICARUS|IVERILOG|SV_COV_\w+"
)
DIRECTIVES = frozenset(
    """
    include pragma line protect endprotect protected endprotected celldefine endcelldefine unconnected_drive
    nounconnected_drive undefineall begin_keywords end_keywords delay_mode_distributed delay_mode_path
    delay_mode_unit delay_mode_zero default_decay_time default_trireg_strength verilator_config systemc_ctor
    systemc_dtor systemc_header systemc_imp_header systemc_implementation systemc_interface verilog
    """.split()  # noqa: SIM905
)
"""Directives that read files, hold C++ for one tool, or change what a tool makes of the same text."""
_CONDITIONAL = frozenset({"ifdef", "ifndef", "elsif"})
ATTRIBUTES = re.compile(
    r"full_case|parallel_case|blackbox|whitebox|black_box|syn_black_box|keep_hierarchy|techmap\w*|lib_whitebox|translate_off"
    r"|translate_on|synthesis_off|gentb_\w+|nomem2reg|mem2reg|init|hdlname|src|dynports|abc9?_\w+|replaced_by_gclk"
)
_PRAGMA = re.compile(
    r"\b(?:synopsys|synthesis|pragma|synplify|cadence|rtl_synthesis|xilinx|altera|exemplar)\s+"
    r"(translate_off|translate_on|synthesis_off|synthesis_on|full_case|parallel_case|black_box)",
    re.IGNORECASE,
)
_VERILATOR = re.compile(r"(?://|/\*)\s*verilator\s+(?!lint_(?:on|off|save|restore)\b)(\w+)")
"""A comment that Verilator obeys; those that only silence its warnings change nothing."""
_NODES: Mapping[Any, tuple[str, str]] = {
    SyntaxKind.BindDirective: ("bind", "`bind` reaches into other modules"),
    SyntaxKind.ProgramDeclaration: ("program_block", "a `program` is a testbench construct"),
    SyntaxKind.ConfigDeclaration: ("config_block", "a `config` block chooses other sources"),
    SyntaxKind.DPIImport: ("dpi", "a DPI import calls foreign code"),
    SyntaxKind.DPIExport: ("dpi", "a DPI export is called from foreign code"),
    SyntaxKind.SpecifyBlock: ("specify_block", "a `specify` block is for simulation only"),
    SyntaxKind.ProceduralForceStatement: ("force", "`force` is for simulation only"),
    SyntaxKind.ProceduralReleaseStatement: ("force", "`release` is for simulation only"),
    SyntaxKind.DefParam: ("defparam", "`defparam` reaches into other modules; pass parameters at the instance"),
}
_SWITCHES = frozenset(kind for kind in TokenKind if re.fullmatch(r"R?tran(If[01])?Keyword", kind.name, re.IGNORECASE))
_SCAN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|`\w+|\$[A-Za-z_][\w$]*', re.DOTALL)


def warm_up() -> None:
    """Check a design once; a fork server does so before it forks, as the parser sets itself up at its first use."""
    check(
        {
            "source": "`timescale 1ns / 1ps\nmodule m(input a, output reg b); always @* b = ~a; endmodule\n",
            "reserved": [],
        }
    )


def check(argument: Mapping[str, Any]) -> dict[str, Any]:
    """Look at a source.

    Args:
        argument: `source`, and `reserved`, the module names that it may not use. An imported set may give `context`,
            trusted macros that the source builds on, and another `max_bytes`.

    Returns:
        `violations`: a list of `{code, line, symbol, message}`; `modules`: ports by module, each a list of
        `[name, direction, width]`, None where the elaboration failed; `errors`: syntax errors, `[line, column, text]`.
    """
    source, reserved = str(argument["source"]), frozenset(argument["reserved"])
    context, limit = str(argument.get("context", "")), int(argument.get("max_bytes", MAX_BYTES))
    if len(source.encode()) > limit:
        message = f"the source has {len(source.encode())} bytes; at most {limit} are read"
        return {"violations": [_violation("too_long", 0, "", message)], "modules": {}, "errors": []}
    violations = list(_scan_text(source))
    if violations:
        return {"violations": _ordered(violations), "modules": {}, "errors": []}
    tree = SyntaxTree.fromText(re.sub(r"[^\x00-\x7f]", "?", context + source), "candidate.v")
    above = context.count("\n")
    violations = [{**item, "line": max(item["line"] - above, 0)} for item in _scan_tree(tree, reserved)]
    if violations:
        return {"violations": _ordered(violations), "modules": {}, "errors": []}
    errors = [[line - above, column, text] for line, column, text in _errors(tree) if line > above]
    return {"violations": [], "modules": _modules(tree), "errors": errors}


def _violation(code: str, line: int, symbol: str, message: str) -> dict[str, Any]:
    return {"code": code, "line": line, "symbol": symbol, "message": message}


def _ordered(violations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    distinct = {tuple(item.items()): item for item in violations}
    return sorted(distinct.values(), key=lambda item: (item["line"], item["code"]))[:20]


def _scan_text(source: str) -> Iterator[dict[str, Any]]:
    """What the raw text shows, whichever branch of a conditional it stands in."""
    line, position = 1, 0
    for match in _SCAN.finditer(source):
        line += source.count("\n", position, match.start())
        position, text = match.start(), match[0]
        if text.startswith(("//", "/*")):
            yield from _comment(text, line)
        elif text.startswith("`"):
            yield from _directive(text[1:], source[match.end() : match.end() + 200], line)
        elif text.startswith("$"):
            yield from _system_name(text, line)


def _comment(text: str, line: int) -> Iterator[dict[str, Any]]:
    match = _PRAGMA.search(text)
    if match:
        message = f"the comment is a pragma, `{match[1]}`, that makes synthesis and simulation see different code"
        yield _violation("synthesis_pragma", line, match[1], message)
    match = _VERILATOR.match(text)
    if match:
        message = f"the comment is an order to Verilator, `{match[1]}`; every tool must see the same code"
        yield _violation("tool_pragma", line, match[1], message)


def _directive(name: str, rest: str, line: int) -> Iterator[dict[str, Any]]:
    if name in DIRECTIVES:
        yield _violation(
            "directive", line, f"`{name}", f"the directive `{name} is not allowed; the source stands alone"
        )
    elif name in _CONDITIONAL:
        macro = re.match(r"\s*\(?\s*!?\s*(\w+)", rest)
        if macro is None or TOOL_MACROS.fullmatch(macro[1]):
            symbol = macro[1] if macro else name
            message = f"`{name} {symbol} asks which tool reads the source; every tool must see the same code"
            yield _violation("tool_conditional", line, symbol, message)


def _system_name(name: str, line: int) -> Iterator[dict[str, Any]]:
    if name not in SYSTEM_NAMES:
        message = (
            f"{name} is not allowed; a design is judged by its ports alone (allowed are pure functions such as $clog2)"
        )
        yield _violation("system_task", line, name, message)


def _scan_tree(tree: SyntaxTree, reserved: frozenset[str]) -> Iterator[dict[str, Any]]:
    """What the tree after preprocessing shows."""
    manager = tree.sourceManager
    modules: list[str] = []
    declared: set[str] = set()
    dotted: list[tuple[str, int]] = []
    stack: list[Any] = [tree.root]
    while stack:
        item = stack.pop()
        if isinstance(item, SyntaxNode):
            stack.extend(item)
            yield from _node(item, manager, modules, declared, dotted)
        elif item is not None:
            yield from _token(item, manager, reserved)
            for trivia in item.trivia:
                if trivia.kind == TriviaKind.SkippedTokens:
                    stack.extend(trivia.getSkippedTokens())
    yield from _module_names(modules)
    for name, line in dotted:
        if name not in declared or name in modules or name in ("$root", "$unit"):
            message = f"the name `{name}.` reaches out of the design; a module sees its ports only"
            yield _violation("hierarchical_name", line, name, message)


def _node(
    node: Any, manager: SourceManager, modules: list[str], declared: set[str], dotted: list[tuple[str, int]]
) -> Iterator[dict[str, Any]]:
    kind = node.kind
    if kind in _NODES:
        code, message = _NODES[kind]
        yield _violation(code, _line(manager, node.getFirstToken().location), "", message)
    elif kind in (SyntaxKind.ModuleDeclaration, SyntaxKind.InterfaceDeclaration, SyntaxKind.PackageDeclaration):
        modules.append(node.header.name.valueText)
    elif kind in (SyntaxKind.Declarator, SyntaxKind.InstanceName, SyntaxKind.NamedBlockClause):
        declared.add(node.name.valueText)
    elif kind == SyntaxKind.GenerateBlock and node.beginName is not None:
        declared.add(node.beginName.name.valueText)
    elif kind == SyntaxKind.AttributeSpec and ATTRIBUTES.fullmatch(node.name.valueText):
        name = node.name.valueText
        message = f"the attribute `{name}` makes synthesis and simulation differ"
        yield _violation("attribute", _line(manager, node.name.location), name, message)
    elif kind == SyntaxKind.ScopedName and node.separator.kind == TokenKind.Dot:
        first = node.getFirstToken()
        dotted.append((first.valueText or first.rawText, _line(manager, first.location)))


def _token(token: Token, manager: SourceManager, reserved: frozenset[str]) -> Iterator[dict[str, Any]]:
    if token.kind in _SWITCHES:
        message = f"the bidirectional switch `{token.rawText}` reaches back into the inputs; use assignments"
        yield _violation("bidirectional_switch", _line(manager, token.location), token.rawText, message)
    elif token.kind == TokenKind.SystemIdentifier:
        yield from _system_name(token.valueText, _line(manager, token.location))
    elif token.kind == TokenKind.Identifier:
        name = token.valueText
        if name in reserved:
            message = f"the name `{name}` belongs to the judge; choose another"
            yield _violation("reserved_name", _line(manager, token.location), name, message)
        elif token.rawText.startswith("\\") and not re.fullmatch(r"\w+", name):
            message = f"the escaped name `\\{name} ` is not allowed; use letters, digits and underscores"
            yield _violation("escaped_name", _line(manager, token.location), name, message)


def _module_names(modules: list[str]) -> Iterator[dict[str, Any]]:
    if len(modules) > MAX_MODULES:
        message = f"the source has {len(modules)} modules; at most {MAX_MODULES} are read"
        yield _violation("too_many_modules", 0, "", message)
    for name in sorted({name for name in modules if modules.count(name) > 1}):
        yield _violation("duplicate_module", 0, name, f"the module `{name}` is defined more than once")


def _line(manager: SourceManager, location: SourceLocation) -> int:
    return int(manager.getLineNumber(manager.getFullyExpandedLoc(location)))


def _errors(tree: SyntaxTree) -> list[list[Any]]:
    manager = tree.sourceManager
    engine = DiagnosticEngine(manager)
    return [
        [_line(manager, item.location), manager.getColumnNumber(item.location), engine.formatMessage(item)]
        for item in tree.diagnostics
        if item.isError()
    ][:MAX_ERRORS]


def _modules(tree: SyntaxTree) -> dict[str, Any]:
    """Ports of each module that nothing instantiates, with default parameters; None where a width is not a number."""
    compilation = Compilation()
    compilation.addSyntaxTree(tree)
    found: dict[str, Any] = {}
    for instance in compilation.getRoot().topInstances:
        ports = []
        for port in instance.body.portList:
            direction = str(getattr(port, "direction", "")).rpartition(".")[2].lower()
            width = getattr(getattr(port, "type", None), "bitWidth", 0)
            ports.append([port.name, {"in": "input", "out": "output"}.get(direction, direction), int(width)])
        found[instance.name] = ports
    return found
