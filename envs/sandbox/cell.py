"""The host's side of a cell: it starts a supervisor and asks it for everything that touches untrusted files or code."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePosixPath
from typing import IO, Any

from ecot.envs.errors import SandboxError
from ecot.envs.sandbox import CallResult, Exhausted, ProcessResult, WallClockError, view
from ecot.envs.sandbox.supervisor.establish import Setup
from ecot.envs.sandbox.supervisor.wire import Channel, ChannelClosed, Message
from ecot.envs.types import Limits

_START_SECONDS = 120.0
_GRACE_SECONDS = 30.0
_PARTING_SECONDS = 60.0
_WALL_FACTOR = 5.0
_MOST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a mechanism starts one supervisor.

    Attributes:
        setup: of the supervisor, but for how it starts its fork server.
        prefix: argv that the supervisor's own follows; `{report}` in it stands for a descriptor to which it writes the
            number of its child, as JSON.
        release: undoes what was done on the host for this supervisor.
    """

    setup: Setup
    prefix: tuple[str, ...] = ()
    release: Callable[[], None] = field(default=lambda: None)


class SupervisedWorkspace:
    """A scratch folder in a cell; see `Workspace`."""

    def __init__(self, supervisor: Supervisor, limits: Limits) -> None:
        self._supervisor = supervisor
        self._limits = limits

    def write(self, path: str, text: str) -> None:
        """See `Workspace.write`."""
        self._supervisor.ask({"do": "write", "path": _inside(path)}, [text.encode("utf-8", errors="surrogateescape")])

    def read(self, path: str, *, limit_kib: int = 4096) -> str | None:
        """See `Workspace.read`."""
        answer, blobs = self._supervisor.ask({"do": "read", "path": _inside(path), "limit": limit_kib * 1024})
        return blobs[0].decode("utf-8", errors="replace") if answer["found"] else None

    def run(self, argv: Sequence[str], *, limits: Limits | None = None, stdin: str = "") -> ProcessResult:
        """See `Workspace.run`."""
        limits = limits or self._limits
        request = {"do": "run", "argv": list(argv), "limits": asdict(limits)}
        answer, blobs = self._supervisor.ask(request, [stdin.encode("utf-8", errors="replace")], seconds=_wall(limits))
        if answer["error"]:
            raise SandboxError(f"{argv[0]!r} could not be started in the sandbox: {os.strerror(answer['error'])}")
        return _result(argv[0], answer, blobs)

    def call(self, function: str, argument: Any, *, limits: Limits | None = None) -> CallResult:
        """See `Workspace.call`."""
        limits = limits or self._limits
        request = {"do": "call", "function": function, "argument": argument, "limits": asdict(limits)}
        answer, blobs = self._supervisor.ask(request, seconds=_wall(limits))
        process = _result(function, answer, blobs)
        value, error = _returned(blobs[2]) if process.exit_code == 0 else (None, "")
        return CallResult(value=value, error=error, process=process)


class SupervisedCell:
    """One supervisor; it is started anew before a workspace where the last one had to be ended. See `Cell`."""

    def __init__(self, plan: Callable[[], Plan]) -> None:
        self._make_plan = plan
        self._supervisor = Supervisor(plan())
        self._forgotten = weakref.finalize(self, Supervisor.close, self._supervisor)
        self._opened: Limits | None = None

    @contextmanager
    def workspace(self, limits: Limits) -> Iterator[SupervisedWorkspace]:
        """See `Cell.workspace`. The next one is opened ahead, under the same limits, since it mostly has those."""
        if self._supervisor.ended:
            self._forgotten.detach()
            self._supervisor = Supervisor(self._make_plan())
            self._forgotten = weakref.finalize(self, Supervisor.close, self._supervisor)
            self._opened = None
        supervisor = self._supervisor
        if self._opened != limits:
            if self._opened is not None:
                supervisor.ask({"do": "close"})
            supervisor.ask({"do": "open", "limits": asdict(limits)})
        self._opened = None
        try:
            yield SupervisedWorkspace(supervisor, limits)
        finally:
            if not supervisor.ended:
                supervisor.ask({"do": "close"})
                supervisor.post({"do": "open", "limits": asdict(limits)})
                self._opened = limits

    def close(self) -> None:
        """See `Cell.close`."""
        self._supervisor.close()


class Supervisor:
    """The running program, and the connection with it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._owner = os.getpid()
        self._channel: Channel | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._inner: int | None = None
        self._posted = False
        self._start(plan)

    @property
    def ended(self) -> bool:
        """Whether it serves no longer."""
        return self._channel is None

    def close(self) -> None:
        """End it and everything under it; twice is harmless. In a process forked from its owner's, only let go."""
        channel, process = self._channel, self._process
        self._channel = self._process = None
        if channel is not None:
            channel.close()
        if process is None or os.getpid() != self._owner:
            return
        try:
            process.wait(timeout=_PARTING_SECONDS)
        except subprocess.TimeoutExpired:
            for number in (self._inner, process.pid):
                if number is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(number, signal.SIGKILL)
            process.wait()
        self._plan.release()

    def post(self, message: Message) -> None:
        """Send a request whose answer the next one waits for, and whose failure it tells of."""
        if self._channel is None:
            return
        try:
            self._channel.send(message)
            self._posted = True
        except ChannelClosed:
            self.close()

    def ask(
        self, message: Message, blobs: Sequence[bytes] = (), *, seconds: float = 0.0
    ) -> tuple[Message, list[bytes]]:
        """Send a request and wait for its answer, `seconds` and some grace at most.

        Raises:
            SandboxError: there is none, or it tells of a failure. The supervisor is ended in the first case.
        """
        if self._channel is None:
            raise SandboxError("the sandbox's supervisor has ended; open a new workspace")
        try:
            self._channel.timeout(seconds + _GRACE_SECONDS)
            earlier, _ = self._channel.receive() if self._posted else ({}, [])
            self._posted = False
            if "failure" in earlier:
                self.close()
                raise SandboxError(f"the sandbox failed: {earlier['failure']}")
            self._channel.send(message, blobs)
            answer, data = self._channel.receive()
        except (ChannelClosed, TimeoutError) as error:
            self.close()
            raise SandboxError(f"the sandbox's supervisor does not answer ({error}); run the job again") from error
        except BaseException:  # an interrupt between request and answer: the next answer would be taken for another's
            self.close()
            raise
        if "failure" in answer:
            if answer["fatal"]:
                self.close()
            raise SandboxError(f"the sandbox failed: {answer['failure']}")
        return answer, data

    def _start(self, plan: Plan) -> None:
        ours, theirs = socket.socketpair()
        # A file, as bubblewrap would be killed by a broken pipe if this process ended now, and leave a child behind.
        with theirs, tempfile.TemporaryFile() as report, tempfile.TemporaryFile() as complaints:
            server = (view.executable(), "-I", "-S", "-B", str(view.package() / "envs/sandbox/supervisor/launch.py"))
            setup = replace(plan.setup, server=list(server))
            argv = [word.replace("{report}", str(report.fileno())) for word in plan.prefix]
            argv += [*server, str(theirs.fileno())]
            self._channel = Channel(ours)
            try:
                self._process = _spawn(argv, plan, complaints, (theirs.fileno(), report.fileno()))
                theirs.close()
                self._channel.timeout(_START_SECONDS)
                self._channel.send(asdict(setup))
                self._channel.receive()
                self._inner = _reported(report)
            except (ChannelClosed, OSError, ValueError) as error:
                self._inner = _reported(report)
                self.close()
                complaints.seek(0)
                text = complaints.read().decode("utf-8", errors="replace").strip()[-_MOST_CHARACTERS:]
                raise SandboxError(f"the {setup.mechanism} sandbox did not start: {text or error}") from error


def _spawn(argv: Sequence[str], plan: Plan, complaints: IO[bytes], kept: Sequence[int]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=complaints,
        stderr=complaints,
        cwd="/",
        env=plan.setup.environment,
        pass_fds=kept,
        start_new_session=True,
    )


def _reported(report: IO[bytes]) -> int | None:
    """The number of bubblewrap's child, as the host counts; None where it did not say."""
    report.seek(0)
    try:
        return int(json.load(report)["child-pid"])
    except ValueError:
        return None


def programs_environment(scratch: str, environment: Mapping[str, str] | None) -> dict[str, str]:
    """The variables of programs: a fixed few, and those that were asked for."""
    fixed = {"PATH": view.search_path(), "HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8"}
    return {**fixed, **(environment or {})}


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise ValueError(f"{path!r} leaves the scratch folder; use a relative path without '..'")
    return "/".join(parts)


def _wall(limits: Limits) -> float:
    return _WALL_FACTOR * limits.cpu_seconds


def _result(name: str, answer: Message, blobs: Sequence[bytes]) -> ProcessResult:
    if answer["starved"]:
        raise WallClockError(
            f"{name!r} was kept waiting by the machine for {answer['seconds']:.0f} s and used "
            f"{answer['cpu_seconds']:.1f} s of processor time; run the job again, alone"
        )
    status = answer["status"]
    exhausted = Exhausted(answer["exhausted"]) if answer["exhausted"] else None
    return ProcessResult(
        exit_code=os.WEXITSTATUS(status) if os.WIFEXITED(status) and exhausted is None else None,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        stdout=blobs[0].decode("utf-8", errors="replace"),
        stderr=blobs[1].decode("utf-8", errors="replace"),
        cpu_seconds=answer["cpu_seconds"],
        peak_memory_mib=answer["memory_bytes"] / (1 << 20),
        exhausted=exhausted,
        seconds=answer["seconds"],
    )


def _returned(data: bytes) -> tuple[Any, str]:
    """What a called function sent back; a candidate in its process can have written anything."""
    try:
        value, error = json.loads(data)
    except (ValueError, TypeError, RecursionError):
        return None, "ProtocolError: the function returned nothing that can be read"
    return value, str(error)
