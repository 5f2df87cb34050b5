"""Calls functions in children of the fork server: forked and confined ahead, one for each call."""

from __future__ import annotations

import importlib
import json
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from ecot.envs.sandbox.supervisor import tree
from ecot.envs.sandbox.supervisor.child import ConfinedChild
from ecot.envs.sandbox.supervisor.confine import Confinement
from ecot.envs.sandbox.supervisor.watch import Budget, Ending, Pipes, Report, Surroundings, Watch
from ecot.envs.sandbox.supervisor.wire import Channel


class Calls:
    """Calls functions, one at a time."""

    def __init__(self, confinement: Confinement, *, everyone: bool) -> None:
        self._confinement = confinement
        self._everyone = everyone
        self._child: ConfinedChild | None = None
        self._end_signal = -1

    def prepare(self, budget: Budget) -> None:
        """Fork the child for the next call, unless there is one under limits that leave room for these."""
        if self._child is None or not self._child.covers(budget):
            self.close()
            self._child = ConfinedChild(self._confinement, budget, _serve, dumpable=True)

    def call(self, function: str, argument: Any, budget: Budget, surroundings: Surroundings) -> Report:
        """Call a function; the account of the report holds `[value, error]` as JSON, or nothing where it crashed.

        Raises:
            NotConfined: and so it was not entered.
        """
        self.prepare(budget)
        child = self._child
        if child is None:
            raise ChildProcessError("there is no child")
        child.await_ready()
        self._end_signal = os.pidfd_open(child.process)
        try:
            pipes = Pipes.open(b"", account=True)
            child.give({"function": function, "argument": argument}, pipes)
            return Watch(pipes, self, budget, surroundings).until_end()
        finally:
            os.close(self._end_signal)

    def close(self) -> None:
        """End the child that waits."""
        if self._child is not None:
            self.finish(forced=True)

    @property
    def end_signal(self) -> int:
        """Descriptor that becomes readable when the child has ended."""
        return self._end_signal

    def processes(self) -> list[int]:
        """The child and those that it started."""
        if self._child is not None and self._confinement.namespaces:
            return [self._child.process, *tree.below(self._child.process)]
        return tree.below(os.getpid())

    def finish(self, *, forced: bool) -> Ending:
        """End what is left of the call. A child that ended by itself was not buried yet, so no signal goes astray."""
        child, self._child = self._child, None
        if child is None:
            return Ending()
        status, cpu, memory = child.kill()
        if not self._confinement.namespaces:
            cpu += tree.end(lambda: tree.below(os.getpid()), everyone=self._everyone)
        return Ending(status=status, cpu_seconds=cpu, memory_bytes=memory)


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


def _serve(orders: Channel) -> NoReturn:
    order, _ = orders.receive()
    descriptors = orders.receive_descriptors(4)
    orders.close()
    for target, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, target)
        os.close(descriptor)
    account = descriptors[3]
    try:
        answer = json.dumps([_function(order["function"])(order["argument"]), ""])
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the function's, and this process ends here
        answer = json.dumps([None, f"{type(error).__name__}: {error}"])
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    data = memoryview(answer.encode())
    while data:
        data = data[os.write(account, data) :]
    os._exit(0)


def _function(path: str) -> Callable[[Any], Any]:
    module, _, name = path.partition(":")
    target: Any = load(module)
    for part in name.split("."):
        target = getattr(target, part)
    if not callable(target):
        raise TypeError(f"{path} is not a function")
    return target  # type: ignore[no-any-return]
