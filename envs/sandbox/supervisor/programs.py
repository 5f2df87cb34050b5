"""Starts one program after another from a process that was confined once, for all programs of a workspace.

Under a namespace that process is the first of it: the mother of all orphans, at whose end everything ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
from collections.abc import Mapping, Sequence
from typing import NoReturn

from ecot.envs.sandbox.supervisor import kernel, tree
from ecot.envs.sandbox.supervisor.child import ConfinedChild, envelope
from ecot.envs.sandbox.supervisor.confine import Confinement
from ecot.envs.sandbox.supervisor.watch import Budget, Ending, Pipes, Report, Surroundings, Watch
from ecot.envs.sandbox.supervisor.wire import Channel, ChannelClosed, Message


class Programs:
    """Runs the programs of one workspace."""

    def __init__(
        self, confinement: Confinement, environment: Mapping[str, str], *, everyone: bool, spared: Sequence[int]
    ) -> None:
        self._confinement = confinement
        self._environment = environment
        self._everyone = everyone
        self._spared = spared
        self._starter: ConfinedChild | None = None
        self._spent_seconds = 0.0

    def prepare(self, budget: Budget) -> None:
        """Fork the starter, unless there is one under limits that leave room for these."""
        if self._starter is not None and self._starter.covers(budget):
            return
        wanted = envelope(budget, self._starter.envelope) if self._starter else budget
        self.close()
        confinement, environment = self._confinement, self._environment

        def serve(orders: Channel) -> NoReturn:
            if not confinement.namespaces:
                kernel.adopt_orphans()
            while True:
                request, _ = orders.receive()
                orders.send(_run(request["argv"], environment, orders.receive_descriptors(3), confinement.namespaces))

        self._starter = ConfinedChild(confinement, wanted, serve, dumpable=False)
        self._spent_seconds = 0.0

    def run(self, argv: Sequence[str], stdin: bytes, budget: Budget, surroundings: Surroundings) -> Report:
        """Run a program to its end. `Report.error` tells why it could not be started.

        Raises:
            NotConfined: and so it was not started.
        """
        self.prepare(budget)
        starter = self._starter
        if starter is None:
            raise ChildProcessError("there is no starter")
        starter.await_ready()
        pipes = Pipes.open(stdin, account=False)
        starter.give({"argv": list(argv)}, pipes)
        return Watch(pipes, self, budget, surroundings).until_end()

    def close(self) -> None:
        """End the starter and whatever it started."""
        if self._starter is not None:
            self._end()

    @property
    def end_signal(self) -> int:
        """Descriptor that becomes readable when the program has ended, or the starter."""
        return self._starter.orders.fileno() if self._starter else -1

    def processes(self) -> list[int]:
        """Those of the present program."""
        if self._starter is None:
            return []
        if self._confinement.namespaces:
            return tree.below(self._starter.process)
        return [number for number in tree.below(os.getpid(), spared=self._spared) if number != self._starter.process]

    def finish(self, *, forced: bool) -> Ending:
        """Take the starter's account of a program that ended; or, `forced`, end all of it, and the starter with it."""
        if forced or self._starter is None:
            return self._end()
        try:
            account, _ = self._starter.orders.receive()
        except ChannelClosed:  # a program of the same user killed it
            return self._end()
        ending = Ending(**account)
        self._spent_seconds += ending.cpu_seconds
        if not self._confinement.namespaces and self.processes():
            ending.cpu_seconds += self._end().cpu_seconds
        return ending

    def _end(self) -> Ending:
        starter, self._starter = self._starter, None
        if starter is None:
            return Ending()
        status, cpu, memory = starter.kill()
        if not self._confinement.namespaces:
            cpu += tree.end(lambda: tree.below(os.getpid(), spared=self._spared), everyone=self._everyone)
        return Ending(status=status, cpu_seconds=max(0.0, cpu - self._spent_seconds), memory_bytes=memory)


def _run(argv: Sequence[str], environment: Mapping[str, str], streams: Sequence[int], alone: bool) -> Message:
    """Run a program from the starter, and bury the dead until the program is among them.

    Args:
        argv: of the program; looked up in `PATH`.
        environment: of the program.
        streams: its standard input, output and error.
        alone: whether this process is the first of its namespace, so that what else lives there is to be ended.
    """
    actions = [(os.POSIX_SPAWN_DUP2, descriptor, target) for target, descriptor in enumerate(streams)]
    try:
        program = os.posix_spawnp(argv[0], list(argv), dict(environment), file_actions=actions, setsid=True)
    except OSError as error:
        return {"error": error.errno or errno.EIO}
    finally:
        for descriptor in streams:
            os.close(descriptor)
    account = Ending()
    while (found := _bury(account, 0))[0] != program:
        pass
    account.status = found[1]
    with contextlib.suppress(ChildProcessError):  # nobody is left
        while _bury(account, os.WNOHANG)[0] or alone:
            if alone:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(-1, signal.SIGKILL)
                _bury(account, 0)
    return {"status": account.status, "cpu_seconds": account.cpu_seconds, "memory_bytes": account.memory_bytes}


def _bury(account: Ending, flags: int) -> tuple[int, int]:
    process, status, usage = os.wait4(-1, flags)
    if process:
        account.cpu_seconds += usage.ru_utime + usage.ru_stime
        account.memory_bytes = max(account.memory_bytes, usage.ru_maxrss * 1024)
    return process, status
