"""The viewer: nothing that is stored can run in it, and it shows what is stored, in a real browser."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FAKE_ID, FakeBackend, SayingAgent, fakes_registered

from ecot.__main__ import main
from ecot.agents.rollout import EpisodePlan, play_episode
from ecot.commands.viewer.page import embedded, page, policy_for
from ecot.commands.viewer.records import long_record, short_record
from ecot.commands.viewer.server import make_server
from ecot.envs.env import CodeEnv
from ecot.envs.prompts import load
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory

EVIL = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
FIRST = f"<think>\nI try {EVIL}\n</think>\n\n```lists\na = 1\nb = 2\n```"
SECOND = "<think>\nagain\n</think>\n\n```lists\na = 1\nb = 3\nc = 4\n```"


@pytest.fixture
def trajectory() -> Iterator[Trajectory]:
    with fakes_registered():
        env = CodeEnv(FAKE_ID, backend=FakeBackend(), corrections=2)
        plan = EpisodePlan(task_id="lists@1/000012", seed=5)
        yield play_episode(env, SayingAgent(FIRST, SECOND, "No code."), plan=plan)


@pytest.fixture
def store(trajectory: Trajectory, tmp_path: Path) -> Path:
    with TrajectoryStore(tmp_path / "store", write=True) as opened:
        for number in range(3):
            opened.append(replace(trajectory, identity=f"{number:032x}"))
    return tmp_path / "store"


def test_a_record_holds_the_diff_and_marks_the_line_of_the_diagnosis(trajectory: Trajectory) -> None:
    first, second, third = long_record(trajectory)["turns"]
    assert [line[0] for line in first["code"]] == [" ", " "]
    assert [line[3] for line in first["code"]] == [True, False]
    assert [(line[0], line[1]) for line in second["code"]] == [(" ", 1), ("-", 0), ("+", 2), ("+", 3)]
    assert third["answer"] == "No code."
    assert first["thinking"].startswith("I try")
    assert short_record(trajectory)["labels"] == ["MISMATCH", "MISMATCH", "FORMAT_ERROR"]
    json.dumps(long_record(trajectory))


def test_what_is_stored_cannot_end_the_script_that_holds_it(trajectory: Trajectory) -> None:
    text = page("a & b", [short_record(trajectory)], {trajectory.identity: long_record(trajectory)})
    assert text.count("</script>") == 2
    assert "owned'</" not in text
    assert json.loads(embedded({"x": EVIL})) == {"x": EVIL}
    assert "innerHTML" not in load("ecot.commands.viewer", "page.js")
    assert policy_for(load("ecot.commands.viewer", "page.js")) in text
    assert "<title>a &amp; b</title>" in text


def test_one_page_holds_what_was_chosen(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    html = tmp_path / "page.html"
    assert main(["view", str(store), "--html", str(html), "--limit", "2"]) == 0
    assert "2 of 3 episodes" in capsys.readouterr().out
    data = html.read_text().partition('id="data">')[2].partition("</script>")[0]
    assert len(json.loads(data)["episodes"]) == 2
    assert main(["view", str(store), "--html", str(html), "--limit", "501"]) == 2
    assert main(["view", str(store), "--html", str(html), "--label", "TIMEOUT"]) == 2
    assert "http" not in html.read_text().replace("http-equiv", "")


@contextmanager
def served(path: Path) -> Iterator[str]:
    store = TrajectoryStore(path)
    server = make_server(store, [short_record(item) for item in store], title="x", port=0)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def get(address: str, **headers: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


def test_the_server_hands_out_episodes_and_refuses_other_names_and_paths(store: Path) -> None:
    with served(store) as url:
        assert b"lists@1/000012" in get(url)[1]
        assert len(json.loads(get(f"{url}/episode/{1:032x}")[1])["turns"]) == 3
        for path in ("/episode/ffff", "/../etc/passwd", f"/picture/{1:032x}/0.png", "/nothing"):
            assert get(f"{url}{path}") == (404, b"")
        assert get(url, Host="evil.example") == (403, b"")


def dom(address: str) -> str:
    program = shutil.which("chromium") or "chromium"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--dump-dom"]
    done = subprocess.run([program, *options, address], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.mark.needs("chromium")
@pytest.mark.slow
def test_a_browser_shows_the_list_and_an_episode_and_runs_nothing_that_is_stored(store: Path, tmp_path: Path) -> None:
    html = tmp_path / "page.html"
    assert main(["view", str(store), "--html", str(html)]) == 0
    with served(store) as url:
        for address in (html.as_uri(), url):
            shown = dom(f"{address}#{1:032x}")
            assert "<title>ECoT Gym" in shown or "<title>x" in shown
            assert shown.count('class="row') == 3
            assert shown.count('class="turn"') == 3
            assert 'class=" named"' in shown
            assert 'class="plus"' in shown
            assert "I try &lt;/script&gt;&lt;script&gt;" in shown
            assert "owned</title>" not in shown
