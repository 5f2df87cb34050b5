"""A forked process that confines itself ahead of its work, and then waits for an order."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable
from typing import NoReturn

from ecot.envs.sandbox.supervisor.confine import Confinement
from ecot.envs.sandbox.supervisor.watch import Budget, Pipes
from ecot.envs.sandbox.supervisor.wire import Channel, ChannelClosed, Message

_PATIENCE_SECONDS = 60.0


class NotConfined(Exception):  # noqa: N818
    """A child could not give up what it must not have."""


class ConfinedChild:
    """The parent's view of it.

    Attributes:
        process: its number.
        orders: connection over which it is told what to do.
        envelope: the limits that the kernel holds it to; a watch may hold it to less.
    """

    def __init__(
        self, confinement: Confinement, envelope: Budget, body: Callable[[Channel], NoReturn], *, dumpable: bool
    ) -> None:
        self.envelope = envelope
        self._ready = False
        ours, theirs = socket.socketpair()
        self.process = confinement.fork()
        if self.process == 0:
            channel = Channel(theirs)
            try:
                confinement.enter(envelope, kept=theirs.fileno(), dumpable=dumpable)
            except BaseException as error:  # noqa: BLE001 - nothing but the report may happen in a child half confined
                channel.send({"problem": f"{type(error).__name__}: {error}"})
                os._exit(1)
            channel.send({"problem": ""})
            with contextlib.suppress(ChannelClosed):
                body(channel)
            os._exit(0)
        theirs.close()
        self.orders = Channel(ours)

    def covers(self, budget: Budget) -> bool:
        """Whether the kernel's limits leave room for all that `budget` allows."""
        return all(budget[name] <= self.envelope[name] for name in budget)

    def await_ready(self) -> None:
        """Wait until it has confined itself; what it reports was said before anything else could run in it.

        Raises:
            NotConfined: it could not.
        """
        if self._ready:
            return
        self.orders.timeout(_PATIENCE_SECONDS)
        try:
            message, _ = self.orders.receive()
        except (ChannelClosed, TimeoutError) as error:
            raise NotConfined(f"a child ended before it was confined ({error})") from error
        if message["problem"]:
            raise NotConfined(message["problem"])
        self._ready = True

    def give(self, order: Message, pipes: Pipes) -> None:
        """Tell it what to do, and hand it its ends of the pipes.

        Raises:
            NotConfined: it is gone.
        """
        try:
            self.orders.timeout(None)
            self.orders.send(order)
            self.orders.send_descriptors(pipes.theirs)
        except (ChannelClosed, OSError) as error:
            pipes.close()
            raise NotConfined(f"a child ended before its order came ({error})") from error
        pipes.pass_on()

    def kill(self) -> tuple[int, float, int]:
        """End it, with all below it where it has a namespace; return its status, processor seconds, peak bytes."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        self.orders.close()
        _, status, usage = os.wait4(self.process, 0)
        return status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def envelope(*budgets: Budget) -> Budget:
    """The larger of each limit."""
    return {name: max(budget[name] for budget in budgets) for name in budgets[0]}
