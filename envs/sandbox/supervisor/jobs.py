"""Starts a program, or calls a function, in a confined child and stands by until it ended."""

from __future__ import annotations

import errno
import importlib
import json
import os
import struct
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ecot.envs.sandbox.supervisor.confine import Confinement
from ecot.envs.sandbox.supervisor.watch import Budget, Child, Report, Surroundings, Watch

_CONFINED = b"c"
"""Opens an account, written after the last step of confinement and before anything else can write."""
_ACCOUNT = struct.Struct("ii")
"""The error number of a program that could not be started, else 0; and its status, as `os.wait4` returns it."""


class NotConfined(Exception):  # noqa: N818
    """A child could not give up what it must not have."""


def run(
    argv: Sequence[str],
    stdin: bytes,
    budget: Budget,
    *,
    confinement: Confinement,
    surroundings: Surroundings,
    environment: Mapping[str, str],
) -> Report:
    """Run a program to its end. `Report.error` tells why it could not be started.

    Raises:
        NotConfined: and so it was not started.
        TreeSurvives: see `Watch.until_end`.
    """

    def program(account: int) -> NoReturn:
        try:
            if not confinement.namespaces:
                os.execvpe(argv[0], list(argv), dict(environment))  # noqa: S606
            status = _spawn_and_wait(argv, environment)
            os.write(account, _ACCOUNT.pack(0, status))
        except OSError as error:
            os.write(account, _ACCOUNT.pack(error.errno or errno.EIO, 0))
        os._exit(0)

    report = _stand_by(_start(program, stdin, budget, confinement, dumpable=False), budget, surroundings)
    if len(report.account) == _ACCOUNT.size:
        report.error, report.status = _ACCOUNT.unpack(report.account)
    return report


def call(
    function: str, argument: Any, budget: Budget, *, confinement: Confinement, surroundings: Surroundings
) -> Report:
    """Call a function; the account of the report holds `[value, error]` as JSON, or nothing where it crashed.

    Raises:
        NotConfined: and so it was not entered.
        TreeSurvives: see `Watch.until_end`.
    """
    target = _function(function)

    def enter(account: int) -> NoReturn:
        try:
            answer = json.dumps([target(argument), ""])
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the function's, and this process ends here
            answer = json.dumps([None, f"{type(error).__name__}: {error}"])
        data = memoryview(answer.encode())
        while data:
            data = data[os.write(account, data) :]
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(0)

    return _stand_by(_start(enter, b"", budget, confinement, dumpable=True), budget, surroundings)


def load(module: str) -> types.ModuleType:
    """Import a module; of our own package, without the packages above it.

    Those register every domain and import what they need for it. A candidate may come to run in a process forked from
    this one, so what is not needed must not be here.
    """
    parts = module.split(".")
    for count in range(1, len(parts) if parts[0] == "ecot" else 0):
        name = ".".join(parts[:count])
        if name not in sys.modules:
            parent = sys.modules[name.rpartition(".")[0]]
            package = types.ModuleType(name)
            package.__path__ = [str(Path(parent.__path__[0], parts[count - 1]))]
            sys.modules[name] = package
            setattr(parent, parts[count - 1], package)
    return importlib.import_module(module)


def _function(path: str) -> Callable[[Any], Any]:
    module, _, name = path.partition(":")
    target: Any = load(module)
    for part in name.split("."):
        target = getattr(target, part)
    if not callable(target):
        raise TypeError(f"{path} is not a function")
    return target  # type: ignore[no-any-return]


def _stand_by(child: Child, budget: Budget, surroundings: Surroundings) -> Report:
    report = Watch(child, budget, surroundings).until_end()
    if report.account.startswith(_CONFINED):
        del report.account[: len(_CONFINED)]
    elif report.exhausted is None and not report.abandoned:
        raise NotConfined(report.account.decode(errors="replace") or f"it ended with status {report.status}")
    return report


def _start(
    body: Callable[[int], NoReturn], stdin: bytes, budget: Budget, confinement: Confinement, *, dumpable: bool
) -> Child:
    outputs = [os.pipe() for _ in range(3)]
    source = os.pipe() if stdin else (os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), -1)
    process = confinement.fork()
    if process == 0:
        account = outputs[2][1]
        try:
            confinement.enter(
                budget, streams=[source[0], outputs[0][1], outputs[1][1]], kept=account, dumpable=dumpable
            )
        except BaseException as error:  # noqa: BLE001 - nothing but the report may happen in a child half confined
            os.write(account, str(error).encode())
            os._exit(1)
        os.write(account, _CONFINED)
        body(account)
    for descriptor in (source[0], *(writer for _, writer in outputs)):
        os.close(descriptor)
    return Child(
        process=process,
        streams=(outputs[0][0], outputs[1][0], outputs[2][0]),
        stdin=source[1] if stdin else None,
        text=memoryview(stdin),
    )


def _spawn_and_wait(argv: Sequence[str], environment: Mapping[str, str]) -> int:
    """Start a program from the first process of a namespace, and bury the dead until the program is among them."""
    program = os.posix_spawnp(argv[0], list(argv), dict(environment))
    while True:
        process, status = os.wait()
        if process == program:
            return status
