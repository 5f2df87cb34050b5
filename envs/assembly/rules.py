"""Static rules over an assembled object: what its sections, symbols and instructions may be. Runs in a confined child.

The rules read machine code, never the text that it came from. They make a cheat visible early, name its line, and keep
a function from having state. They contain nothing: that is done by the runner, which gives up every system call, and by
keeping what is expected out of the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import capstone
from capstone import x86_const
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import Section, SymbolTableSection

__all__ = ["ALLOWED_CALLS", "check", "lines"]

ALLOWED_CALLS = ("memcpy", "memmove", "memset", "memcmp")
MOST_BYTES = 65536
"""Code and constants together; more is a table of answers."""
_MOST_FINDINGS = 12
_ALLOC, _WRITE, _EXECUTE, _TLS = 0x2, 0x1, 0x4, 0x400
_NOBITS = "SHT_NOBITS"
_SYSTEM_CALLS = {b"\x0f\x05": "syscall", b"\x0f\x34": "sysenter", b"\xcd\x80": "int 0x80"}

_CLOCK = "it reads a clock, a random number or what the processor is"
_ASKS = "it asks the operating system for something"
_CACHES = "it acts on caches, which others share"
_PRIVILEGED = "it is for the operating system, or reaches other segments"
_MNEMONICS = {
    **dict.fromkeys(("syscall", "sysenter", "int", "int1", "int3", "into", "sysret", "sysexit"), _ASKS),
    **dict.fromkeys(("rdtsc", "rdtscp", "rdpmc", "rdrand", "rdseed", "cpuid", "rdpid", "xgetbv", "rdpru"), _CLOCK),
    **dict.fromkeys(("clflush", "clflushopt", "clwb", "cldemote", "wbinvd", "invd", "clzero"), _CACHES),
    **dict.fromkeys(("wrfsbase", "wrgsbase", "rdfsbase", "rdgsbase", "wrpkru", "rdpkru", "swapgs"), _PRIVILEGED),
    **dict.fromkeys(("xsave", "xsavec", "xsaveopt", "xrstor", "fxsave", "fxrstor", "xsaves", "xrstors"), _PRIVILEGED),
    **dict.fromkeys(("xbegin", "xend", "xabort", "xtest", "monitorx", "mwaitx", "umwait", "tpause"), _PRIVILEGED),
    **dict.fromkeys(
        ("lcall", "ljmp", "retf", "retfq", "iretq", "iretd", "in", "out", "hlt", "cli", "sti"), _PRIVILEGED
    ),
    **dict.fromkeys(("insb", "insd", "outsb", "outsd", "sgdt", "sidt", "sldt", "str", "smsw"), _PRIVILEGED),
}
_LEVELS = {
    "v2": ("SSE1", "SSE2", "SSE3", "SSSE3", "SSE41", "SSE42", "CMOV", "MMX", "FPU"),
    "v3": ("AVX", "AVX2", "BMI", "BMI2", "F16C", "FMA", "FSGSBASE"),
}
_BASIC = (
    "JUMP",
    "CALL",
    "RET",
    "INT",
    "IRET",
    "PRIVILEGE",
    "BRANCH_RELATIVE",
    "VM",
    "MODE64",
    "NOT64BITMODE",
    "16BITMODE",
)
_BY_NAME = {
    "v3": {"lzcnt", "movbe"},
    "later": {"adcx", "adox", "gf2p8affineqb", "gf2p8mulb", "gf2p8affineinvqb", "movdiri", "movdir64b", "serialize"},
}
"""Instructions that the disassembler puts into no group."""

Finding = dict[str, Any]


def check(argument: dict[str, Any]) -> dict[str, Any]:
    """Return what is wrong with an object file, and where its instructions come from.

    Args:
        argument: `path` of the object, relative to the scratch folder; `isa`, `v2` or `v3`; `function`, its name.

    Returns:
        `findings`, each with `code`, `message` and `line`; `bytes` of code and constants.
    """
    try:
        with Path(argument["path"]).open("rb") as file:
            return _Object(ELFFile(file), argument["isa"], argument["function"]).report()
    except (ELFError, UnicodeDecodeError, KeyError, ValueError, OverflowError) as error:
        finding = {"code": "no_object", "message": f"the object file cannot be read: {error}", "line": 0}
        return {"findings": [finding], "bytes": 0}


def lines(argument: dict[str, Any]) -> list[tuple[int, int]]:
    """Return pairs of offset in `.text` and line of the source, as far as the assembler noted them.

    Args:
        argument: `path` of the object, relative to the scratch folder.
    """
    try:
        with Path(argument["path"]).open("rb") as file:
            return _line_table(ELFFile(file))
    except (ELFError, UnicodeDecodeError, KeyError, ValueError, OverflowError):
        return []


class _Object:
    """One object file."""

    def __init__(self, elf: ELFFile, isa: str, function: str) -> None:
        self._elf, self._isa, self._function = elf, isa, function
        self._sections = list(elf.iter_sections())

    def report(self) -> dict[str, Any]:
        findings = [*self._of_sections(), *self._of_symbols(), *self._of_code()]
        return {"findings": findings[:_MOST_FINDINGS], "bytes": self._size()}

    @cached_property
    def _lines(self) -> list[tuple[int, int]]:
        """Read only where something is wrong: it takes longer than all the rest."""
        return _line_table(self._elf)

    def _size(self) -> int:
        return sum(section["sh_size"] for section in self._sections if section["sh_flags"] & _ALLOC)

    def _of_sections(self) -> Iterator[Finding]:
        for section in self._sections:
            flags, name = section["sh_flags"], section.name
            if not flags & _ALLOC or not section["sh_size"] or name.startswith(".note"):
                continue
            if flags & _TLS:
                yield _said("thread_state", f"section {name!r} holds thread-local variables; a function keeps no state")
            elif flags & _WRITE:
                yield _said("keeps_state", f"section {name!r} may be written; a function keeps no state between calls")
            elif flags & _EXECUTE and name != ".text" and not name.startswith(".text."):
                yield _said("odd_section", f"section {name!r} holds code; put it into .text")
            elif not flags & _EXECUTE and not name.startswith((".rodata", ".eh_frame")):
                yield _said("odd_section", f"section {name!r} is not one that is linked; put constants into .rodata")
        if self._size() > MOST_BYTES:
            yield _said("too_large", f"code and constants take {self._size()} bytes; {MOST_BYTES} are allowed")

    def _of_symbols(self) -> Iterator[Finding]:
        for section in self._sections:
            if not isinstance(section, SymbolTableSection):
                continue
            for symbol in section.iter_symbols():
                name, binding = symbol.name, symbol["st_info"]["bind"]
                if symbol["st_info"]["type"] in ("STT_GNU_IFUNC", "STT_LOOS"):
                    yield _said(
                        "indirect_function", f"{name!r} is an indirect function, which is resolved by running code"
                    )
                elif symbol["st_shndx"] == "SHN_COMMON":
                    yield _said(
                        "keeps_state", f"{name!r} is a common variable; a function keeps no state between calls"
                    )
                elif symbol["st_shndx"] == "SHN_UNDEF":
                    if name and name not in ALLOWED_CALLS:
                        yield _said("foreign_symbol", f"{name!r} is not defined in the source, and may not be used")
                elif binding != "STB_LOCAL" and name != self._function:
                    yield _said("foreign_symbol", f"{name!r} is global; only {self._function!r} may be")

    def _of_code(self) -> Iterator[Finding]:
        for index, section in enumerate(self._sections):
            if section["sh_flags"] & _EXECUTE and section["sh_type"] != _NOBITS:
                yield from self._of_section(index, section)

    def _of_section(self, index: int, section: Section) -> Iterator[Finding]:
        data = section.data()
        starts, targets, end = set[int](), list[tuple[int, int]](), 0
        relocated = self._relocated(index)
        for one in _disassemble(data):
            starts.add(one.address)
            end = one.address + one.size
            found = self._of_instruction(one)
            if found:
                yield {**found, "line": self._line(one.address)}
            target = _target(one)
            if target is not None and not any(one.address < place < end for place in relocated):
                targets.append((one.address, target))
        if end < len(data):
            yield _said(
                "no_instruction", "bytes in .text are no instruction; constants belong into .rodata", self._line(end)
            )
        for address, target in targets:
            if target not in starts:
                yield _said("odd_jump", "a jump or call leads to no instruction of this source", self._line(address))

    def _of_instruction(self, one: capstone.CsInsn) -> Finding | None:
        words = one.mnemonic.split()
        for word in words:
            if word in _MNEMONICS:
                return _said("forbidden_instruction", f"`{word}` is not allowed: {_MNEMONICS[word]}")
        if one.group(x86_const.X86_GRP_PRIVILEGE):
            return _said("forbidden_instruction", f"`{one.mnemonic}` is not allowed: {_PRIVILEGED}")
        if one.mnemonic == "call" and one.operands[0].type != x86_const.X86_OP_IMM:
            return _said("indirect_call", "a call goes through a register or memory; call by name")
        if any(operand.type == x86_const.X86_OP_REG and _segment(one, operand.reg) for operand in one.operands):
            return _said("forbidden_instruction", f"`{one.mnemonic} {one.op_str}` is not allowed: {_PRIVILEGED}")
        hidden = next((name for pattern, name in _SYSTEM_CALLS.items() if pattern in _constants(one)), "")
        if hidden:
            message = f"a constant of `{one.mnemonic} {one.op_str}` holds the bytes of `{hidden}`; change it"
            return _said("hidden_system_call", message)
        return self._beyond_level(one)

    def _beyond_level(self, one: capstone.CsInsn) -> Finding | None:
        if one.mnemonic == "tzcnt":  # gcc writes `rep bsf` at every level, which is the same where there is a bit
            return None
        allowed = {*_BASIC, *_LEVELS["v2"], *(_LEVELS["v3"] if self._isa == "v3" else ())}
        names = [one.group_name(group).upper() for group in one.groups]
        wrong = [name for name in names if name not in allowed and name != "NOVLX"]
        if one.mnemonic in _BY_NAME["later"] or (self._isa == "v2" and one.mnemonic in _BY_NAME["v3"]):
            wrong.append(one.mnemonic.upper())
        if not wrong:
            return None
        message = f"`{one.mnemonic}` needs {', '.join(wrong)}, which x86-64-{self._isa} lacks"
        return _said("isa_level", message)

    def _relocated(self, index: int) -> set[int]:
        """Offsets in a section that the linker fills in."""
        return {
            entry["r_offset"]
            for section in self._sections
            if isinstance(section, RelocationSection) and section["sh_info"] == index
            for entry in section.iter_relocations()
        }

    def _line(self, offset: int) -> int:
        return max(((start, line) for start, line in self._lines if start <= offset), default=(0, 0))[1]


def _disassemble(data: bytes) -> Iterator[capstone.CsInsn]:
    engine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    engine.detail = True
    return engine.disasm(data, 0)  # type: ignore[no-any-return]


def _constants(one: capstone.CsInsn) -> bytes:
    """The bytes that an instruction leaves to its author: displacement and immediate value."""
    code, encoding = bytes(one.bytes), one.encoding
    fields = ((encoding.disp_offset, encoding.disp_size), (encoding.imm_offset, encoding.imm_size))
    return b"|".join(code[start : start + size] for start, size in fields if start)


def _target(one: capstone.CsInsn) -> int | None:
    """Where a direct jump or call leads, as far as the assembler knows."""
    if not (one.group(x86_const.X86_GRP_JUMP) or one.group(x86_const.X86_GRP_CALL)):
        return None
    operand = one.operands[0]
    return int(operand.imm) if operand.type == x86_const.X86_OP_IMM else None


def _segment(one: capstone.CsInsn, register: int) -> bool:
    return one.reg_name(register) in ("fs", "gs", "ds", "es", "ss", "cs")


def _line_table(elf: ELFFile) -> list[tuple[int, int]]:
    """Pairs of offset in `.text` and line of the source, as the assembler noted them."""
    if not elf.has_dwarf_info():
        return []
    information = elf.get_dwarf_info()
    pairs = set()
    for unit in information.iter_CUs():
        program = information.line_program_for_CU(unit)
        for entry in program.get_entries() if program is not None else ():
            if entry.state is not None and not entry.state.end_sequence:
                pairs.add((entry.state.address, entry.state.line))
    return sorted(pairs)


def _said(code: str, message: str, line: int = 0) -> Finding:
    return {"code": code, "message": message, "line": line}
