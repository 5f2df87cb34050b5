"""The client: outcomes in any order, errors as what they are, clear words where no server is, life after its death."""

from __future__ import annotations

import copy
import fcntl
import os
import pickle
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeBackend, fakes_registered
from gated import GatedBackend, request_of
from serving import python, serving, socket_path, until

from ecot.envs import errors, remote, wire
from ecot.envs.cached import CachedBackend
from ecot.envs.errors import ConfigError, EcotError, SandboxError, ToolchainMissing
from ecot.envs.remote import RemoteBackend
from ecot.envs.types import Diagnostic, FrozenMap, Label, Outcome, StageResult


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


@pytest.fixture
def address() -> Iterator[str]:
    with socket_path() as path:
        yield path


@pytest.fixture
def backend(address: str) -> Iterator[RemoteBackend]:
    made = RemoteBackend(address)
    yield made
    made.close()


def test_outcomes_are_those_of_the_backend_itself(address: str, backend: RemoteBackend) -> None:
    requests = [request_of(index, wrong=index % 3 == 0) for index in range(30)]
    with serving(FakeBackend(), address):
        futures = [backend.submit(request) for request in requests]
        outcomes = [future.result(10) for future in futures]
    assert outcomes == [FakeBackend().submit(request).result() for request in requests]


def test_nothing_of_an_outcome_or_a_request_is_lost_on_the_way(address: str, backend: RemoteBackend) -> None:
    odd = "\ud800 \x00 \U0001f600 \u2028 é\r\n"
    stage = StageResult(
        name="check",
        passed=False,
        label=Label.MISMATCH,
        diagnostics=(Diagnostic(tool="judge", code="wrong_value", message=odd, line=3, symbol="q"),),
        log=odd * 1000,
        metrics={"cells": 3, "delay_ns": 3.0, "ratio": 0.1},
        engine="fake-1",
        seconds=0.125,
    )
    outcome = Outcome(stages=(stage,), omitted=("later",), prediction=Outcome(stages=()))
    inner = FakeBackend(verdict=outcome)
    request = request_of(stages=("check",), hidden_seed=2**40)
    request = replace(request, candidate=replace(request.candidate, answers=FrozenMap({"line": odd})))
    with serving(inner, address):
        back = backend.submit(request).result(10)
    assert back == outcome
    assert back.stages[0].seconds == 0.125
    assert [type(value) for value in back.stages[0].metrics.values()] == [int, float, float]
    assert inner.requests == [request]


def test_answers_come_in_any_order(address: str, backend: RemoteBackend) -> None:
    gated = GatedBackend()
    with serving(gated, address):
        futures = [backend.submit(request_of(index)) for index in range(3)]
        gated.wait_for(3)
        for index in (2, 0, 1):
            gated.finish(index)
            assert futures[index].result(10).passed
        assert len(gated.runs) == 3


@pytest.mark.parametrize("name", [name for name in errors.__dict__ if name.endswith(("Error", "Missing"))])
def test_our_errors_arrive_as_themselves(name: str, address: str, backend: RemoteBackend) -> None:
    error = getattr(errors, name)("what broke: 3 'things'")
    with serving(FakeBackend(error=error), address):
        raised = backend.submit(request_of()).exception(10)
    assert type(raised) is type(error)
    assert str(raised) == str(error)


def test_a_bug_of_the_server_is_a_fault_of_the_host(address: str, backend: RemoteBackend) -> None:
    gated = GatedBackend()
    with serving(gated, address):
        future = backend.submit(request_of())
        gated.wait_for(1)
        gated.fail(ZeroDivisionError("division by zero"))
        with pytest.raises(SandboxError, match="ZeroDivisionError: division by zero"):
            future.result(10)


def test_a_server_that_is_not_there_is_named_with_the_remedy(address: str, backend: RemoteBackend) -> None:
    with pytest.raises(SandboxError, match=r"there is no such socket.*ecot serve --socket") as caught:
        backend.submit(request_of()).result(1)
    assert address in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(SandboxError, match="ecot serve --socket"):
        backend.describe()


def test_a_socket_that_nobody_listens_at_is_told_apart(address: str, backend: RemoteBackend) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(address)
    with pytest.raises(SandboxError, match="nobody listens"):
        backend.submit(request_of()).result(1)


def test_a_server_that_has_its_name_and_does_not_listen_yet_is_waited_for(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.open(Path(address).parent, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        listener.bind(address)

        def listen() -> None:
            listener.listen()
            os.close(folder)

        timer = threading.Timer(0.2, listen)
        timer.start()
        wire.dial(address, timeout=5).close()
        timer.join()


def test_something_else_that_listens_is_no_server(
    address: str, backend: RemoteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_GREETING_SECONDS", 0.2)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        with pytest.raises(SandboxError, match="no server answers"):
            backend.submit(request_of()).result(1)
        for greeting in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\x02[]", b"\0\0\0\x01{"):
            thread = threading.Thread(target=lambda said=greeting: _say_and_hang_up(listener, said))
            thread.start()
            with pytest.raises(EcotError, match=r"no server answers|speaks protocol"):
                backend.submit(request_of()).result(1)
            thread.join()


def _say_and_hang_up(listener: socket.socket, said: bytes) -> None:
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(said)
            except BrokenPipeError:
                continue  # left over from the call that timed out
            return


def test_a_server_of_another_version_is_refused(
    address: str, backend: RemoteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(FakeBackend(), address):
        monkeypatch.setattr(remote, "SCHEMA", 99)
        with pytest.raises(ConfigError, match="restart it from the same version"):
            backend.submit(request_of()).result(1)


def test_a_server_that_judges_with_other_source_is_refused(
    address: str, backend: RemoteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "judge_digest", lambda domain: "edited since")
    with (
        serving(FakeBackend(), address),
        pytest.raises(ConfigError, match=r"other source.*restart the server"),
    ):
        backend.submit(request_of()).result(10)


def test_a_server_of_another_user_is_refused(
    address: str, backend: RemoteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "peer_is_ours", lambda connection: False)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        with pytest.raises(ConfigError, match="belongs to another user"):
            backend.submit(request_of()).result(10)


def test_cancelling_takes_the_request_back(address: str, backend: RemoteBackend) -> None:
    gated = GatedBackend()
    with serving(gated, address):
        first, second = backend.submit(request_of(1)), backend.submit(request_of(2))
        gated.wait_for(2)
        assert first.cancel()
        assert until(gated.runs[0][1].cancelled)
        gated.finish(1)
        assert second.result(10).passed
        assert wait([first], timeout=1).done == {first}


def test_a_server_that_goes_away_fails_what_waits_and_the_next_one_is_found(
    address: str, backend: RemoteBackend
) -> None:
    gated = GatedBackend()
    with serving(gated, address):
        futures = [backend.submit(request_of(index)) for index in range(5)]
        gated.wait_for(5)
    for future in futures:
        with pytest.raises(SandboxError, match="went away"):
            future.result(10)
    with pytest.raises(SandboxError, match="no such socket"):
        backend.submit(request_of()).result(10)
    with serving(FakeBackend(), address):
        assert backend.submit(request_of()).result(10).passed


def test_a_server_that_is_killed_fails_what_waits(address: str, backend: RemoteBackend) -> None:
    code = (
        "from gated import GatedBackend\nfrom ecot.envs.server import Server\n"
        "with Server(GatedBackend(), address=sys.argv[1]) as server: server.run()"
    )
    process = python(code, address)
    try:
        assert until(lambda: Path(address).exists())
        future = backend.submit(request_of())
        assert until(lambda: backend.status()["in_flight"] == 1)
        process.send_signal(signal.SIGKILL)
        with pytest.raises(SandboxError, match="went away"):
            future.result(10)
    finally:
        process.kill()
        process.communicate()
    with serving(FakeBackend(), address):
        assert backend.submit(request_of()).result(10).passed


def test_closing_fails_what_waits_and_twice_is_harmless(address: str, backend: RemoteBackend) -> None:
    gated = GatedBackend()
    with serving(gated, address) as server:
        future = backend.submit(request_of())
        gated.wait_for(1)
        backend.close()
        backend.close()
        with pytest.raises(SandboxError, match="this end closed"):
            future.result(10)
        assert until(gated.runs[0][1].cancelled)
        assert until(lambda: server.status()["sessions"] == 0)


def test_a_forked_child_has_a_connection_of_its_own_and_lets_go_of_its_parents(
    address: str, backend: RemoteBackend
) -> None:
    code = """
import os
backend = RemoteBackend(sys.argv[1])
assert backend.submit(request_of(1)).result(10).passed
if os.fork() == 0:
    assert backend.status()["sessions"] == 2
    assert backend.submit(request_of(2)).result(10).passed
    os._exit(7)
_, status = os.wait()
assert os.waitstatus_to_exitcode(status) == 7
assert backend.submit(request_of(3)).result(10).passed
if os.fork() == 0:
    print(os.getpid(), flush=True)
    sys.stdin.read()
    os._exit(0)
os.kill(os.getpid(), 9)
"""
    with serving(FakeBackend(), address) as server:
        process = python(code, address)
        assert process.stdout is not None
        child = int(process.stdout.readline())
        try:
            process.wait(10)
            # The second child lives on and has never used the backend; its parent's session must end all the same.
            assert until(lambda: server.status()["sessions"] == 0)
            os.kill(child, 0)
        finally:
            os.kill(child, signal.SIGKILL)
            process.communicate()


def test_copies_are_itself_and_pickles_are_fresh(address: str, backend: RemoteBackend) -> None:
    assert copy.deepcopy(backend) is backend
    with serving(FakeBackend(), address):
        assert backend.submit(request_of()).result(10).passed
        other = pickle.loads(pickle.dumps(backend))
        assert other.submit(request_of()).result(10).passed
        other.close()


def test_it_says_what_judges(address: str, backend: RemoteBackend) -> None:
    with serving(CachedBackend(FakeBackend()), address):
        said = backend.describe()
    assert said == {"name": "fake", "sandbox": "none", "cache": "memory", "remote": "unix socket"}
    assert backend.describe() == said


@pytest.mark.parametrize("path", ["", "x" * 200])
def test_a_path_that_no_socket_can_have_is_refused(path: str) -> None:
    with pytest.raises(ConfigError, match="1 to 107 bytes"):
        RemoteBackend(path)


def test_a_request_that_is_too_long_fails_alone(
    address: str, backend: RemoteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(FakeBackend(), address):
        assert backend.submit(request_of(1)).result(10).passed
        monkeypatch.setattr(wire, "MAX_FRAME_BYTES", 100)
        with pytest.raises(ConfigError, match="longer than the 100"):
            backend.submit(request_of(2)).result(10)
        monkeypatch.undo()
        assert backend.submit(request_of(3)).result(10).passed


def test_a_missing_tool_on_the_servers_side_keeps_its_remedy(address: str, backend: RemoteBackend) -> None:
    error = ToolchainMissing("needs iverilog; install with: apt-get install iverilog")
    with serving(FakeBackend(error=error), address), pytest.raises(ToolchainMissing, match="apt-get install iverilog"):
        backend.submit(request_of()).result(10)
