"""The supervisor's main loop: it opens scratch folders and serves requests until its host hangs up."""

from __future__ import annotations

import contextlib
import gc
import os
import select
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ecot.envs.sandbox.supervisor import establish, kernel, scratch
from ecot.envs.sandbox.supervisor.calls import Calls, load
from ecot.envs.sandbox.supervisor.child import NotConfined
from ecot.envs.sandbox.supervisor.establish import Setup
from ecot.envs.sandbox.supervisor.programs import Programs
from ecot.envs.sandbox.supervisor.room import FILES_PER_MIB
from ecot.envs.sandbox.supervisor.watch import Budget, Report
from ecot.envs.sandbox.supervisor.wire import Channel, ChannelClosed, Message

_FAULTS = (OSError, NotConfined)

_SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

Answer = tuple[Message, list[bytes]]


class Supervisor:
    """Serves one host: holds its scratch folder, runs its programs, and passes its calls to the fork server."""

    def __init__(self, setup: Setup, host: Channel) -> None:
        self._setup = setup
        self._host = host
        self._server, server = _start_server(setup)
        self._kit = kit = establish.supervisor(setup, self._server)
        self._programs = Programs(kit.confinement, setup.environment, everyone=kit.everyone, spared=[server])
        self._budget: Budget = {}

    def serve(self) -> None:
        """Answer requests until the host hangs up."""
        serve(self._host, self._answer)
        if self._budget:
            self._close()

    def _answer(self, message: Message, blobs: list[bytes]) -> Answer:
        match message["do"]:
            case "run":
                around = self._kit.surroundings(self._host.fileno(), self._budget)
                return account(self._programs.run(message["argv"], blobs[0], message["limits"], around))
            case "call":
                return self._pass_on(message)
            case "write":
                scratch.write(self._setup.scratch, message["path"], blobs[0])
                return {}, []
            case "read":
                data = scratch.read(self._setup.scratch, message["path"], message["limit"])
                return {"found": data is not None}, [data or b""]
            case "open":
                self._open(message["limits"])
                return {}, []
            case "close":
                self._close()
                return {}, []
            case other:
                return {"failure": f"unknown request {other!r}", "fatal": True}, []

    def _pass_on(self, message: Message) -> Answer:
        self._server.send(message)
        poll = select.poll()
        poll.register(self._server.fileno(), select.POLLIN)
        poll.register(self._host.fileno(), select.POLLIN)
        if any(descriptor == self._host.fileno() for descriptor, _ in poll.poll()):
            raise ChannelClosed("the host gave up")
        try:
            return self._server.receive()
        except ChannelClosed:
            return {"failure": "the fork server is gone", "fatal": True}, []

    def _open(self, budget: Budget) -> None:
        self._budget = budget
        size = int(budget["scratch_mib"])
        if self._kit.confinement.namespaces:
            kernel.mount_scratch(self._setup.scratch, size_mib=size, inodes=size * FILES_PER_MIB)
        else:
            Path(self._setup.scratch).mkdir(mode=0o700)
        self._server.send({"do": "open", "limits": budget})
        self._programs.prepare(budget)

    def _close(self) -> None:
        self._budget = {}
        self._programs.close()
        with contextlib.suppress(ChannelClosed):
            self._server.send({"do": "close"})
        if self._kit.confinement.namespaces:
            kernel.unmount(self._setup.scratch)
        else:
            scratch.clear(self._setup.scratch)
            Path(self._setup.scratch).rmdir()


class Server:
    """The fork server: imported its modules before it knew of any candidate; its children call their functions."""

    def __init__(self, setup: Setup, host: Channel) -> None:
        self._host = host
        sys.path += setup.modules
        # Packages that ask for a folder when they are imported try to write there; this one comes with a workspace.
        tempfile.tempdir = setup.scratch
        for module in setup.preload:
            # What a package makes at its first use is made once here, and not in every child.
            getattr(load(module), "warm_up", int)()
        gc.freeze()  # a collection in a child would touch, and so copy, every page
        self._kit = establish.server(setup, self._host)
        self._calls = Calls(self._kit.confinement, everyone=self._kit.everyone)
        self._budget: Budget = {}

    def serve(self) -> None:
        """Answer the supervisor until it hangs up."""
        serve(self._host, self._answer)
        self._calls.close()

    def _answer(self, message: Message, _: list[bytes]) -> Answer | None:
        match message["do"]:
            case "open":
                self._budget = message["limits"]
                with contextlib.suppress(OSError):  # nobody waits for an answer; the call will try again, and tell
                    self._calls.prepare(self._budget)
            case "close":
                self._calls.close()
            case "call":
                around = self._kit.surroundings(self._host.fileno(), self._budget)
                return account(self._calls.call(message["function"], message["argument"], message["limits"], around))
        return None


def serve(host: Channel, answer: Callable[[Message, list[bytes]], Answer | None]) -> None:
    """Say that all is ready, then answer one request after another until the host hangs up."""
    with contextlib.suppress(ChannelClosed):
        host.send({"ready": True})
        while True:
            message, blobs = host.receive()
            try:
                reply = answer(message, blobs)
            except _FAULTS as error:
                reply = {"failure": f"{type(error).__name__}: {error}", "fatal": False}, []
            if reply is not None:
                host.send(*reply)


def account(report: Report) -> Answer:
    """Turn a report into an answer.

    Raises:
        ChannelClosed: the host gave up on it.
    """
    if report.abandoned:
        raise ChannelClosed("the host gave up")
    fields = ("status", "error", "cpu_seconds", "memory_bytes", "exhausted", "starved", "seconds")
    blobs = [bytes(report.stdout), bytes(report.stderr), bytes(report.account)]
    return {name: getattr(report, name) for name in fields}, blobs


def main(argv: list[str]) -> int:
    """Serve whoever is at the other end of the descriptor in the first argument, and first sends a `Setup`."""
    kernel.set_dumpable(False)
    kernel.adopt_orphans()
    host = Channel(socket.socket(fileno=int(argv[0])))
    message, _ = host.receive()
    setup = Setup(**message)
    (Supervisor(setup, host) if setup.server else Server(setup, host)).serve()
    return 0


def _start_server(setup: Setup) -> tuple[Channel, int]:
    """Start the fork server, apart from this process, while privileges and the sight of our package are still there."""
    ours, theirs = socket.socketpair()
    os.set_inheritable(theirs.fileno(), True)
    argv = [*setup.server, str(theirs.fileno())]
    process = os.posix_spawn(argv[0], argv, {**os.environ, **dict.fromkeys(_SINGLE_THREAD, "1")})
    theirs.close()
    server = Channel(ours)
    server.send(setup.for_server())
    return server, process
