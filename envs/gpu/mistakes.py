"""Gross mistakes of people who write kernels, for the scripted agent: each should earn the label it is filed under."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ecot.envs.domain import Mutation
from ecot.envs.types import Label

__all__ = ["mistakes"]

_RETURN = re.compile(r"^(?P<indent> +)return (?P<name>\w+)\n(?![\s\S]*^ +return \w+\n)", re.MULTILINE)
_KERNEL = re.compile(r"^@triton\.jit\ndef \w+\([^)]*\):\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Lines that were put in.

    Attributes:
        operator: its name.
        label: what it should earn.
        lines: the text, without indentation; `@` stands for the name that is returned.
        kernel: whether they open the first kernel, rather than precede the last `return`.
    """

    operator: str
    label: Label
    lines: tuple[str, ...]
    kernel: bool = False


MISTAKES = (
    Mistake("finish_in_torch", Label.REJECTED, ("@ = @ * 1",)),
    Mistake("read_on_the_host", Label.REJECTED, ("largest = @.max().item()",)),
    Mistake("leftover_timer", Label.REJECTED, ("import time", "started = time.time()")),
    Mistake("wait_for_ever", Label.TIMEOUT, ("while @.dim() >= 0:", "    pass")),
    Mistake("scratch_of_the_whole_memory", Label.RESOURCE_LIMIT, ('scratch = torch.zeros((1 << 34,), device="cuda")',)),
    Mistake("return_fresh_memory", Label.MISMATCH, ("@ = torch.empty_like(@)",)),
    Mistake("wrong_shape", Label.MISMATCH, ("@ = @[None]",)),
    Mistake("unknown_attribute", Label.RUNTIME_ERROR, ("rows = @.rows",)),
    Mistake(
        "clever_assembly",
        Label.UNVERIFIED,
        (
            'spare = tl.inline_asm_elementwise("mov.b32 $0, $1;", "=r,r", [tl.arange(0, 16)], dtype=tl.int32, '
            "is_pure=True, pack=1)",
        ),
        kernel=True,
    ),
)
_FORGOTTEN_IMPORT = "import triton.language as tl\n"


@lru_cache(maxsize=256)
def mistakes(source: str) -> tuple[Mutation, ...]:
    """Return the gross mistakes that fit a Triton source, `kind` being the label that each should earn."""
    found: list[Mutation] = []
    for mistake in MISTAKES:
        changed = _inserted(source, mistake)
        if changed is not None:
            found.append(_mutation(mistake.operator, mistake.label, source, changed))
    if _FORGOTTEN_IMPORT in source:
        changed = source.replace(_FORGOTTEN_IMPORT, "", 1)
        found.append(_mutation("forget_import", Label.COMPILATION_ERROR, source, changed))
    return tuple(found)


def _inserted(source: str, mistake: Mistake) -> str | None:
    if mistake.kernel:
        match = _KERNEL.search(source)
        return None if match is None else _put(source, match.end(), "    ", mistake.lines, "")
    match = _RETURN.search(source)
    return None if match is None else _put(source, match.start(), match["indent"], mistake.lines, match["name"])


def _put(source: str, place: int, indent: str, lines: Sequence[str], name: str) -> str:
    text = "".join(f"{indent}{line.replace('@', name)}\n" for line in lines)
    return source[:place] + text + source[place:]


def _mutation(operator: str, label: Label, source: str, changed: str) -> Mutation:
    lines = zip(source.splitlines(), changed.splitlines(), strict=False)
    line = next((number for number, (old, new) in enumerate(lines, start=1) if old != new), 1)
    return Mutation(operator=operator, kind=str(label), line=line, source=changed)
