"""How a supervisor and its fork server give up what they do not need, before the first request."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ecot.envs.sandbox.supervisor import kernel, seccomp
from ecot.envs.sandbox.supervisor.confine import Confinement, Neighbours
from ecot.envs.sandbox.supervisor.landlock_rules import SCOPED, Rules, version
from ecot.envs.sandbox.supervisor.room import Room
from ecot.envs.sandbox.supervisor.watch import Budget, Surroundings
from ecot.envs.sandbox.supervisor.wire import Channel, Message

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_OWN_TASKS = 4
_TASKS_TO_COME = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a host decides about a supervisor.

    Attributes:
        mechanism: `bubblewrap`, `landlock` or `none`.
        scratch: folder in which programs start.
        user: number of the unprivileged user to become; None to stay who it is.
        readable: paths that programs may read, under Landlock.
        covered: folders that programs must not see, under bubblewrap.
        environment: of the programs.
        modules: where the fork server imports from.
        preload: modules that it imports at once.
        server: argv that starts the fork server, but for the descriptor of its connection; empty in that server.
    """

    mechanism: str
    scratch: str
    user: int | None
    readable: list[str]
    covered: list[str]
    environment: dict[str, str]
    modules: list[str]
    preload: list[str]
    server: list[str]

    def for_server(self) -> Message:
        """The same for the fork server."""
        return asdict(replace(self, server=[]))


@dataclass(frozen=True, slots=True)
class Kit:
    """What is needed to start a child and to watch it.

    Attributes:
        confinement: of each child.
        everyone: see `tree.end`.
    """

    confinement: Confinement
    everyone: bool

    def surroundings(self, host: int, workspace: Budget) -> Surroundings:
        """For one watch, in the scratch folder of a workspace with these limits."""
        size = int(workspace["scratch_mib"])
        return Surroundings(Room(self.confinement.scratch, size, sized=self.confinement.namespaces), host)


def supervisor(setup: Setup, server: Channel) -> Kit:
    """Confine a supervisor; its fork server gets the way into its namespaces."""
    if setup.mechanism == "bubblewrap" and setup.user is not None:
        kernel.uncover_processes()
    kit = _confine(setup, lambda: _make_namespaces(setup, server))
    server.receive()
    return kit


def server(setup: Setup, host: Channel) -> Kit:
    """Confine a fork server.

    Raises:
        OSError: one of its modules started threads, which a fork would lose.
    """
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    if threads != 1:
        raise OSError(f"the fork server has {threads} threads; one of {setup.preload} starts them when it is imported")
    return _confine(setup, lambda: _join_namespaces(host))


def _confine(setup: Setup, namespaces: Callable[[], None]) -> Kit:
    if not Path("/proc/thread-self/children").exists():
        raise OSError("this kernel does not list the children of a process (CONFIG_PROC_CHILDREN)")
    rules = own_rules = None
    if setup.mechanism == "landlock":
        rules, own_rules = _rules(setup), _rules(setup)
        own_rules.read(["/proc"])
    neighbours = _neighbours(setup)
    if setup.user is not None:
        kernel.become(setup.user)
    kernel.forgo_privileges()
    kernel.set_dumpable(False)
    namespaced = setup.mechanism == "bubblewrap"
    if namespaced:
        namespaces()
    scoped = own_rules is not None and _apply(own_rules)
    code = None
    if setup.mechanism != "none":
        code = seccomp.program(
            signals=namespaced or scoped, attributes=namespaced, modes=namespaced or setup.user is not None
        )
    return Kit(Confinement(setup.scratch, namespaced, rules, code, neighbours), everyone=scoped)


def _rules(setup: Setup) -> Rules:
    rules = Rules()
    rules.read(setup.readable)
    rules.write(_DEVICES)
    rules.own(str(Path(setup.scratch).parent))
    return rules


def _apply(rules: Rules) -> bool:
    """Put this process under the rules; return whether its signals then reach nobody outside, which is tried out."""
    reader, writer = os.pipe()
    outsider = os.fork()
    if outsider == 0:
        os.close(writer)
        os.read(reader, 1)
        os._exit(0)
    rules.apply()
    rules.close()
    try:
        os.kill(outsider, 0)
        scoped = False
    except PermissionError:
        scoped = version() >= SCOPED and os.getuid() != 0
    os.close(writer)
    os.close(reader)
    os.waitpid(outsider, 0)
    return scoped


def _make_namespaces(setup: Setup, server: Channel) -> None:
    kernel.enter_own_namespaces()
    for folder in setup.covered:
        kernel.mount_nothing(folder)
    opened = [os.open(f"/proc/self/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in ("user", "mnt")]
    server.send_descriptors(opened)
    for descriptor in opened:
        os.close(descriptor)


def _join_namespaces(host: Channel) -> None:
    user, mount = host.receive_descriptors(2)
    kernel.join_namespaces(user, mount)
    os.close(user)
    os.close(mount)


def _neighbours(setup: Setup) -> Neighbours:
    if setup.mechanism == "bubblewrap" or setup.user is not None:
        return Neighbours(_OWN_TASKS)
    if os.getuid() == 0:  # whom the kernel does not limit
        return Neighbours(None)
    return Neighbours(_TASKS_TO_COME, of_user=os.getuid())
