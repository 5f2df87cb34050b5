"""The server: one backend for many processes, bounded, private, and free of what clients leave behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import gymnasium as gym
import pytest
from fakes import FakeBackend, fakes_registered
from gated import GatedBackend, request_of
from serving import python, serving, socket_path, until

from ecot.envs import wire
from ecot.envs.cached import CachedBackend
from ecot.envs.encoding import to_json
from ecot.envs.errors import ConfigError
from ecot.envs.real import RealBackend
from ecot.envs.remote import RemoteBackend
from ecot.envs.server import Server

SUBMIT_AND_WAIT = """
backend = RemoteBackend(sys.argv[1])
futures = [backend.submit(request_of(int(index))) for index in sys.argv[2:]]
print("sent", flush=True)
for future in futures:
    future.result()
"""


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


@pytest.fixture
def address() -> Iterator[str]:
    with socket_path() as path:
        yield path


@pytest.fixture
def gated() -> GatedBackend:
    return GatedBackend()


def raw_client(address: str) -> socket.socket:
    client = wire.dial(address, timeout=10)
    assert wire.receive(client)["protocol"] == wire.PROTOCOL
    return client


def test_eight_processes_are_answered_as_by_one_local_backend(address: str) -> None:
    code = """
import json
from ecot.envs.encoding import to_json
from ecot.envs.types import digest
backend = RemoteBackend(sys.argv[1])
futures = [backend.submit(request_of(index, wrong=index % 4 == 0)) for index in range(40)]
print(json.dumps([digest(future.result(60).canonical()) for future in futures]))
"""
    from ecot.envs.types import digest

    inner = FakeBackend(delay=0.005)
    backend = CachedBackend(inner)
    with serving(backend, address, queue_per_client=16):
        processes = [python(code, address) for _ in range(8)]
        answers = [process.communicate(timeout=120) for process in processes]
    assert [error for _, error in answers] == [""] * 8
    local = FakeBackend()
    expected = [
        digest(local.submit(request_of(index, wrong=index % 4 == 0)).result().canonical()) for index in range(40)
    ]
    assert [json.loads(said) for said, _ in answers] == [expected] * 8
    assert len(inner.requests) == 40
    assert backend.counts.hits + backend.counts.joins == 7 * 40


def test_what_two_processes_ask_at_once_runs_once(address: str, gated: GatedBackend) -> None:
    backend = CachedBackend(gated)
    with serving(backend, address):
        processes = [python(SUBMIT_AND_WAIT, address, "5") for _ in range(2)]
        assert until(lambda: backend.counts.joins == 1)
        gated.finish()
        assert [process.communicate(timeout=30)[1] for process in processes] == ["", ""]
    assert len(gated.runs) == 1


def test_one_client_fills_its_own_queue_only(address: str, gated: GatedBackend) -> None:
    greedy, modest = RemoteBackend(address), RemoteBackend(address)
    with serving(gated, address, queue_per_client=4):
        futures = [greedy.submit(request_of(index)) for index in range(50)]
        gated.wait_for(4)
        other = modest.submit(request_of(99))
        gated.wait_for(5)
        time.sleep(0.3)
        assert len(gated.runs) == 5
        gated.finish(4)
        assert other.result(10).passed
        for index in (0, 1, 2, 3):
            gated.finish(index)
            gated.wait_for(6 + index)
        assert futures[3].result(10).passed
        greedy.close()
        modest.close()


def test_all_clients_together_fill_the_queue_no_further(address: str, gated: GatedBackend) -> None:
    clients = [RemoteBackend(address) for _ in range(3)]
    with serving(gated, address, queue=5):
        futures = [client.submit(request_of(index)) for index in range(4) for client in clients]
        gated.wait_for(5)
        time.sleep(0.3)
        assert len(gated.runs) == 5
        for index in range(12):
            gated.wait_for(index + 1)
            gated.finish(index)
        assert all(future.result(10).passed for future in futures)
        for client in clients:
            client.close()


def test_a_client_that_reads_no_answers_holds_up_nobody(address: str) -> None:
    inner = FakeBackend()
    with serving(inner, address, queue_per_client=8) as server:
        deaf, other = raw_client(address), RemoteBackend(address)
        frame = wire.encode({"id": 1, "submit": {"padding": "x" * 100_000}})
        deaf.settimeout(0.5)
        with pytest.raises(TimeoutError):
            # Each is answered with an error that is never read: the server must stop reading, not pile answers up.
            deaf.sendall(frame * 1000)
        assert other.submit(request_of()).result(10).passed
        deaf.close()
        assert until(lambda: server.status()["sessions"] == 1)
        other.close()


@pytest.mark.parametrize("room", [{}, {"queue_per_client": 3}, {"queue": 5}], ids=["room", "own queue", "queue"])
def test_killed_clients_leave_nothing_behind(room: dict[str, int], address: str, gated: GatedBackend) -> None:
    before = threading.active_count()
    with serving(CachedBackend(gated), address, **room) as server:
        words = [[str(100 * client + index) for index in range(10)] for client in range(4)]
        processes = [python(SUBMIT_AND_WAIT, address, *mine) for mine in words]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "sent\n"
        expected = {"queue_per_client": 12, "queue": 5}.get(next(iter(room), ""), 40)
        gated.wait_for(expected)
        for process in processes:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        assert until(lambda: server.status()["sessions"] == 0)
        assert server.status()["in_flight"] == 0
        assert all(future.cancelled() for _, future in gated.runs)
        assert threading.active_count() == before + 1
        survivor = RemoteBackend(address)
        futures = [survivor.submit(request_of(index)) for index in range(900, 903)]
        gated.wait_for(len(gated.runs))
        assert until(lambda: server.status()["in_flight"] == 3)
        for index in (-1, -2, -3):
            gated.finish(index)
        assert all(future.result(10).passed for future in futures)
        survivor.close()
    assert until(lambda: threading.active_count() == before)


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff\xff\xff\xff",
        b"GET / HTTP/1.1\r\n\r\n" + b" " * 2**20,
        b"\0\0\0\x01{",
        b"\0\0\0\x02[]",
        wire.encode({"submit": {}}),
        wire.encode({"id": [1], "submit": {}}),
        wire.encode({"id": 1, "shut down": True}),
        b"\0\0\0\xc8" + b"[" * 200,
    ],
)
def test_a_frame_that_is_none_ends_its_own_session_only(frame: bytes, address: str) -> None:
    with serving(FakeBackend(), address) as server:
        good, bad = RemoteBackend(address), raw_client(address)
        assert good.submit(request_of(1)).result(10).passed
        bad.sendall(frame[: 2**16])
        bad.shutdown(socket.SHUT_WR)
        assert until(lambda: server.status()["sessions"] == 1)
        assert good.submit(request_of(2)).result(10).passed
        bad.close()
        good.close()


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ({"task": None}, "Request.task"),
        ({"stages": "rules"}, "Request.stages"),
        ({"hidden_seed": "1"}, "Request.hidden_seed"),
        ({"surprise": 1}, "surprise"),
        ({"task": to_json(request_of().task) | {"env_id": "Fake/Nothing-v0"}}, "Fake/Nothing-v0"),
    ],
)
def test_a_request_that_cannot_be_read_is_answered_with_its_fault(
    damage: dict[str, object], named: str, address: str
) -> None:
    with serving(FakeBackend(), address):
        client = raw_client(address)
        client.sendall(wire.encode({"id": 3, "submit": {**to_json(request_of()), **damage}, "judge": ""}))
        answer = wire.receive(client)
        client.close()
    assert answer["id"] == 3
    assert answer["error"]["kind"] == "ConfigError"
    assert named in answer["error"]["message"]


def test_the_socket_is_private_and_goes_with_the_server(address: str) -> None:
    with serving(FakeBackend(), address):
        mode = Path(address).lstat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
    assert not list(Path(address).parent.iterdir())


def test_a_client_of_another_user_is_hung_up_on(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(FakeBackend(), address) as server:
        monkeypatch.setattr(wire, "peer_is_ours", lambda connection: False)
        client = wire.dial(address, timeout=10)
        with pytest.raises(ConnectionError):
            wire.receive(client)
        client.close()
        assert server.status()["sessions"] == 0


def test_the_credentials_of_the_other_end_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = socket.socketpair(socket.AF_UNIX)
    with here, there:
        assert wire.peer_is_ours(here)
        mine = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
        assert wire.peer_is_ours(here) == (mine == 0)


def test_a_socket_that_a_dead_server_left_is_replaced(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(address)
    client = RemoteBackend(address)
    with serving(FakeBackend(), address):
        assert client.submit(request_of()).result(10).passed
        client.close()


def test_a_living_server_keeps_its_socket(address: str) -> None:
    with serving(FakeBackend(), address):
        with pytest.raises(ConfigError, match="a server listens at"):
            Server(FakeBackend(), address=address)
        client = RemoteBackend(address)
        assert client.submit(request_of()).result(10).passed
        client.close()


def test_a_file_is_not_replaced_by_a_socket(address: str) -> None:
    Path(address).write_text("precious")
    with pytest.raises(ConfigError, match="is no socket"):
        Server(FakeBackend(), address=address)
    assert Path(address).read_text() == "precious"


def test_a_folder_that_is_not_there_is_named(address: str) -> None:
    with pytest.raises(ConfigError, match="No such file or directory"):
        Server(FakeBackend(), address=f"{address}/nowhere/s")


def test_a_server_does_not_take_away_the_socket_of_its_successor(address: str) -> None:
    first = Server(FakeBackend(), address=address)
    Path(address).unlink()
    with serving(FakeBackend(), address):
        first.close()
        client = RemoteBackend(address)
        assert client.submit(request_of()).result(10).passed
        client.close()


def test_of_servers_that_start_at_once_over_a_stale_socket_one_wins(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(address)
    made: list[Server] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        try:
            made.append(Server(FakeBackend(), address=address))
        except ConfigError:
            return

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    made[0].close()


@pytest.mark.parametrize("options", [{"queue": 0}, {"queue_per_client": 0}, {"idle_seconds": 0}])
def test_bad_options_are_refused(options: dict[str, int], address: str) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        Server(FakeBackend(), address=address, **options)  # type: ignore[arg-type]
    assert not Path(address).exists()


def test_it_ends_when_nobody_has_been_there_for_a_while(address: str) -> None:
    with Server(FakeBackend(), address=address, idle_seconds=0.5) as server:
        thread = threading.Thread(target=server.run)
        thread.start()
        client = RemoteBackend(address)
        assert client.submit(request_of()).result(10).passed
        time.sleep(1.0)
        assert thread.is_alive()
        client.close()
        thread.join(10)
        assert not thread.is_alive()


def serve(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "ecot", "serve", *words], stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_ends_cleanly_on_a_signal(number: signal.Signals, address: str) -> None:
    process = serve("--socket", address, "--workers", "1", "--sandbox", "none")
    try:
        assert until(lambda: Path(address).exists())
        client = RemoteBackend(address)
        assert client.describe()["name"] == "real"
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert said.startswith(f"ecot serve: listening at {address} with 1 workers")
    assert "Traceback" not in said
    assert not Path(address).exists()


def test_the_command_ends_by_itself_when_idle(address: str) -> None:
    process = serve("--socket", address, "--sandbox", "none", "--idle-seconds", "0.3")
    assert process.communicate(timeout=30)[1].count("\n") == 3
    assert process.returncode == 0


@pytest.mark.parametrize(
    "words", [["--workers", "0"], ["--cache-entries", "0"], ["--queue", "0"], ["--idle-seconds", "-1"]]
)
def test_the_command_refuses_bad_options_in_a_sentence(words: list[str], address: str) -> None:
    process = serve("--socket", address, "--sandbox", "none", *words)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert said.count("\n") == 1
    assert said.startswith("ecot: ")


@pytest.mark.needs("iverilog", "yosys")
def test_an_environment_plays_on_a_server_as_it_plays_here(address: str) -> None:
    process = serve("--socket", address, "--workers", "2", "--sandbox", "none")
    try:
        assert until(lambda: Path(address).exists())
        served = gym.make("ECoT/Verilog-v0", backend=f"remote:{address}", tasks="families:counter")
        local = gym.make("ECoT/Verilog-v0", backend=RealBackend(workers=1, sandbox="none"), tasks="families:counter")
        for env in (served, local):
            env.reset(seed=5)
        task = served.unwrapped.task  # type: ignore[attr-defined]
        reply = f"```verilog\n{task.solution[0].text}\n```"
        for action in ("no code", reply.replace("endmodule", "endmodul"), reply):
            here, there = local.step(action), served.step(action)
            assert here[:4] == there[:4]
            assert here[4]["outcome"] == there[4]["outcome"]
        assert there[4]["outcome"].passed
        served.close()
        local.close()
        local.unwrapped.backend.close()  # type: ignore[attr-defined]
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0
