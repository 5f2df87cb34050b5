"""Dedicated programs say the same on our model of the chip and on QEMU's, line by line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecot.envs.embedded.qemu import programs, serial_output
from ecot.envs.embedded.runtime import FLAGS, LINK_FLAGS, runtime
from ecot.envs.embedded.toolchain import WORKER
from ecot.envs.sandbox import Cell, Workspace
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Limits

pytestmark = pytest.mark.needs("arm-none-eabi-gcc", "qemu-system-arm", "unicorn", "elftools")


@pytest.fixture(scope="module")
def cell() -> Iterator[Cell]:
    made = choose("auto").cell(preload=(WORKER.partition(":")[0],))
    yield made
    made.close()


def built(workspace: Workspace, source: str) -> None:
    ready = runtime()
    workspace.write("main.c", source)
    argv = [
        "arm-none-eabi-gcc",
        *FLAGS,
        *ready.includes,
        "main.c",
        *ready.objects,
        *LINK_FLAGS,
        "-T",
        str(ready.script),
    ]
    done = workspace.run([*argv, "-o", "firmware.elf"])
    assert done.ok, done.stderr


def on_unicorn(workspace: Workspace) -> str:
    argument = {
        "elf": "firmware.elf",
        "library": str(runtime().library),
        "horizon": 60 * 10**9,
        "budget": 20_000_000,
        "watch": [],
        "registers": [],
        "stimuli": [],
    }
    record = workspace.call(WORKER, argument).value
    text = "".join(chr(frame[2]) for frame in record["frames"].get("USART1", []))
    # The program resets the chip at its end; what the next start sends is the same again.
    return text.partition("end\n")[0]


def test_there_are_forty_programs() -> None:
    assert len(programs()) >= 40


@pytest.mark.parametrize("name", programs())
def test_a_program_says_the_same_on_both(name: str, cell: Cell) -> None:
    with cell.workspace(Limits(cpu_seconds=20.0, scratch_mib=32)) as workspace:
        built(workspace, programs()[name])
        ours, theirs = on_unicorn(workspace), serial_output(workspace, "firmware.elf")
    assert theirs.endswith("end\n"), theirs
    assert ours.splitlines() == theirs.removesuffix("end\n").splitlines()
    assert ours
