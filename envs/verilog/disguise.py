"""Renames what a testbench is made of, so that no name which a candidate could have guessed leads anywhere.

A candidate that is simulated beside its reference might read it through a hierarchical name, or print the line that
the scorer looks for. Both need names: of the testbench, of its instances and signals, of the words it prints. All of
them get a suffix that depends on a seed which the candidate does not know; the ports of the module under test stay.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ecot.envs.errors import TaskError
from ecot.envs.verilog.family import Port, Role

_TOKEN = re.compile(
    r"""
      (?P<comment> //[^\n]* | /\*.*?\*/ )
    | (?P<string> "(?:\\.|[^"\\])*" )
    | (?P<number> (?:\d[\d_]*)?\s*'\s*[sS]?[bBoOdDhH]\s*[\da-fA-FxXzZ?_]+ | '[01xXzZ] | \d[\w.]* )
    | (?P<directive> `(?:timescale|default_nettype)[^\n]* | `(?:define|undef|ifdef|ifndef|elsif)[ \t]+\w+ )
    | (?P<special> [`$]\w+ | \\\S+ )
    | (?P<name> [A-Za-z_][\w$]* )
    | (?P<space> \s+ )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_BREAKS = re.compile(r'"(?:\\n)*')
_RANGE = re.compile(r"(\d+):(\d+)")
_CLOCKS = frozenset({"clk", "clock"})
_RESETS = frozenset({"reset", "resetn", "areset", "aresetn"})

KEYWORDS = frozenset(
    """
    accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind bins
    binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config const
    constraint context continue cover covergroup coverpoint cross deassign default defparam design disable dist do edge
    else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule
    endpackage endprimitive endprogram endproperty endspecify endsequence endtable endtask enum event eventually expect
    export extends extern final first_match for force foreach forever fork forkjoin function generate genvar global
    highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import incdir include initial inout input
    inside instance int integer interconnect interface intersect join join_any join_none large let liblist library local
    localparam logic longint macromodule matches medium modport module nand negedge nettype new nexttime nmos nor
    noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive priority program
    property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase
    randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0
    rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled
    signed small soft solve specify specparam static string strong strong0 strong1 struct super supply0 supply1
    sync_accept_on sync_reject_on table tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri
    tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until until_with untyped use uwire var
    vectored virtual void wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor
    """.split()  # noqa: SIM905 - 240 quotes would hide the words
)
"""The reserved words of IEEE 1800-2017, table B.1."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """A way of renaming.

    Attributes:
        nonce: hexadecimal digits that nobody outside can know.
        kept: names that stay, those of the ports of the module under test and of the module itself.
        marked: a string literal that begins with one of these gets the nonce in front.
        pattern: so does one that this is found in.
    """

    nonce: str
    kept: frozenset[str]
    marked: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None

    def name(self, plain: str) -> str:
        """Return what a name becomes."""
        return plain if plain in self.kept or plain in KEYWORDS else f"{plain}_{self.nonce}"

    def put_on(self, source: str) -> str:
        """Return a source with every name renamed and every marked text marked."""
        parts = []
        for match in _TOKEN.finditer(source):
            text = match[0]
            if match.lastgroup == "name":
                text = self.name(text)
            elif match.lastgroup == "string" and self._is_marked(text):
                # Behind new lines, so that the mark is on the line that it marks.
                breaks = _BREAKS.match(text)[0]  # type: ignore[index]
                text = f"{breaks}{self.nonce} {text[len(breaks) :]}"
            parts.append(text)
        return "".join(parts)

    def _is_marked(self, text: str) -> bool:
        found = self.pattern is not None and self.pattern.search(text) is not None
        return found or text[1:].startswith(self.marked or ("\0",))

    def take_off(self, text: str) -> str:
        """Return a tool's output as it would read without the disguise."""
        return text.replace(f"_{self.nonce}", "").replace(f"{self.nonce} ", "")

    def marked_lines(self, output: str) -> tuple[str, ...]:
        """Return the lines of an output that the testbench itself printed, without their mark."""
        mark = f"{self.nonce} "
        return tuple(line.removeprefix(mark) for line in output.splitlines() if line.startswith(mark))

    def said_under_mark(self, output: str) -> tuple[str, ...]:
        """Return what follows a mark, of every line that holds one anywhere."""
        mark = f"{self.nonce} "
        return tuple(line.partition(mark)[2].replace(mark, "") for line in output.splitlines() if mark in line)


def nonce_of(*parts: object) -> str:
    """Return sixteen hexadecimal digits that depend on all of `parts`."""
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:16]


def renamed(source: str, old: str, new: str) -> str:
    """Return a source in which one name is another; comments and strings stay.

    >>> renamed("module RefModule; endmodule // RefModule", "RefModule", "TopModule")
    'module TopModule; endmodule // RefModule'
    """
    return "".join(
        new if match.lastgroup == "name" and match[0] == old else match[0] for match in _TOKEN.finditer(source)
    )


def module_names(source: str) -> tuple[str, ...]:
    """Return the names of the modules that a source defines, in order."""
    names = _names_and_signs(source)
    return tuple(following for word, following in pairwise(names) if word in ("module", "macromodule"))


def ports_of(source: str, module: str) -> tuple[Port, ...]:
    """Return the ports of a module, read from its header.

    Only headers that declare their ports in place, with ranges of plain numbers, are understood.

    Raises:
        TaskError: there is no such module, or its header is of another kind.
    """
    tokens = _names_and_signs(source)
    try:
        start = next(index for index, pair in enumerate(pairwise(tokens)) if pair == ("module", module))
        opened = tokens.index("(", start)
        closed = tokens.index(")", opened)
    except (StopIteration, ValueError):
        raise TaskError(f"there is no module {module!r} with a list of ports in the source") from None
    ports: list[Port] = []
    for declaration in _split(tokens[opened + 1 : closed]):
        ports.append(_port(declaration, ports[-1] if ports else None, module))
    return tuple(ports)


def _port(tokens: Sequence[str], before: Port | None, module: str) -> Port:
    """One declaration; without a direction it continues the one before."""
    text = "".join(tokens[1:-1] if tokens[0] in ("input", "output") else tokens[:-1])
    name, span = tokens[-1], _RANGE.search(text)
    plain = re.fullmatch(r"(?:wire|reg|logic)?(signed)?(?:\[\d+:\d+\])?", text)
    if plain is None or not re.fullmatch(r"[A-Za-z_]\w*", name) or (before is None and tokens[0] == name):
        raise TaskError(f"module {module!r} declares a port in a way that is not understood: {' '.join(tokens)!r}")
    width = abs(int(span[1]) - int(span[2])) + 1 if span else 1
    if tokens[0] in ("input", "output"):
        return Port(
            name=name, direction=tokens[0], width=width, description="", role=_role(name), signed="signed" in text
        )
    if before is None:
        raise TaskError(f"the first port of module {module!r} has no direction")
    return Port(
        name=name,
        direction=before.direction,
        width=width if text else before.width,
        description="",
        role=_role(name),
        signed=before.signed,
    )


def _role(name: str) -> Role:
    return Role.CLOCK if name in _CLOCKS else Role.RESET if name in _RESETS else Role.DATA


def _names_and_signs(source: str) -> list[str]:
    return [match[0] for match in _TOKEN.finditer(source) if match.lastgroup not in ("comment", "space")]


def _split(tokens: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in tokens:
        if word == ",":
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def kept_names(top: str, ports: Collection[Port]) -> frozenset[str]:
    """Return the names that a candidate and its testbench must share."""
    return frozenset({top, *(port.name for port in ports)})
