"""What a built-in family of optimisation tasks is: a C function, the calls that test it, and a faster solution.

The function in `reference.c` is the whole specification. Expected values come from it, built with the compiler's checks
for undefined behaviour, in a process that never holds a candidate's code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any

from numpy.typing import NDArray

Params = Mapping[str, Any]
"""One draw: a value per key of `Family.choices`."""

Value = int | float | NDArray[Any]
"""An argument of a call: a number, the elements of a buffer, or, of a buffer that is only written, how many it has."""

Call = tuple[Value, ...]
"""One call of the function: a value per parameter, in order."""

DTYPES: Mapping[str, str] = {
    **{f"{sign}int{bits}_t": f"<{sign or 'i'}{bits // 8}" for sign in ("u", "") for bits in (8, 16, 32, 64)},
    **{"float": "<f4", "double": "<f8", "size_t": "<u8"},
}
"""NumPy's name of each type that a parameter or a buffer's element may have."""


class Role(StrEnum):
    """What a parameter is."""

    VALUE = "value"
    INPUT = "input"
    OUTPUT = "output"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of the function.

    Attributes:
        name: identifier.
        type: of the value, or of a buffer's elements; a key of `DTYPES`.
        role: a value, or a buffer that is read, written, or both.
    """

    name: str
    type: str
    role: Role = Role.VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """The function that the agent writes.

    Attributes:
        name: of the symbol.
        parameters: in order; at most six that are no floating-point values, and at most four that are.
        returns: type of the result, a key of `DTYPES`; empty for none.
        tolerance: most relative error of floating-point results; 0.0 asks for equal bits.
        open_tail: name of the buffer whose elements beyond the returned count may hold anything; empty for none.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: str = ""
    tolerance: float = 0.0
    open_tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A folder `families/<name>/`: `family.py` (this record, as `FAMILY`), `instruction.md`, `reference.c`, a solution.

    The solution is `solution.s`, hand-written, or one file per value of the parameter `isa` (`solution.v2.s`). Texts
    hold placeholders `@{name}`, filled with the draw's parameters and with what `fill` returns.

    Attributes:
        name: of the folder.
        revision: raised by any change of the draws, the text or the checks.
        level: 1 to 5.
        title: a few words, for tables.
        choices: the values of every parameter. `isa` (`v2`, `v3`) is the level of x86-64 that a candidate may use;
            `top` the name of the function; `given` whether the agent is shown the compiler's `assembly`, or only `c`.
        function: for a draw.
        target_in_c: likewise for C that is to be made faster, where there is a `solution.c`; 0.0 where there is none.
        fill: further placeholders, for a draw.
        calls: that test a candidate, for a draw: corner cases first, then drawn from the generator.
        bench: the calls that are timed, some tens of microseconds together or more; drawn from the generator.
        target: how many times faster than the compiler's code earns the whole score; the solution reaches it with room.
        cosmetic: parameters that change names or wording only.
        valid: whether a combination of values is a task; None where all are.
        held_out: the whole family is the split `test_families`.
        tags: free words.
    """

    name: str
    revision: int
    level: int
    title: str
    choices: Mapping[str, Sequence[Any]]
    function: Callable[[Params], Function]
    calls: Callable[[Params, Random], Sequence[Call]]
    bench: Callable[[Params, Random], Sequence[Call]]
    target: float
    target_in_c: float = 0.0
    fill: Callable[[Params], Mapping[str, str]] = lambda params: {}
    cosmetic: tuple[str, ...] = ("top", "given")
    valid: Callable[[Params], bool] | None = None
    held_out: bool = False
    tags: tuple[str, ...] = field(default=())
