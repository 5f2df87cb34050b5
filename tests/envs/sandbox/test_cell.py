"""Life and death of a cell, under every mechanism; see also `tests/adversarial/test_escapes.py`."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecot.envs.errors import SandboxError
from ecot.envs.sandbox import Cell, Exhausted
from ecot.envs.sandbox.bubblewrap import Bubblewrap
from ecot.envs.sandbox.choose import problem
from ecot.envs.sandbox.landlock import Landlock
from ecot.envs.sandbox.unconfined import Unconfined
from ecot.envs.types import Limits

LIMITS = Limits(cpu_seconds=5.0, scratch_mib=8)
MECHANISMS = {"bubblewrap": Bubblewrap(), "landlock": Landlock(), "none": Unconfined()}


@pytest.fixture(params=list(MECHANISMS))
def mechanism(request: pytest.FixtureRequest) -> str:
    if problem(request.param):
        pytest.skip(f"{request.param} does not work here: {problem(request.param)}")
    return request.param


@pytest.fixture
def cell(mechanism: str) -> Iterator[Cell]:
    cell = MECHANISMS[mechanism].cell(environment={"COLOUR": "green"})
    yield cell
    cell.close()


def test_a_program_gets_its_words_input_and_surroundings(cell):
    with cell.workspace(LIMITS) as workspace:
        workspace.write("a/b c.txt", "ünï\ncode")
        assert workspace.read("a/b c.txt") == "ünï\ncode"
        assert workspace.read("a/b c.txt", limit_kib=0) == ""
        assert workspace.read("a") is None
        assert workspace.read("missing") is None
        result = workspace.run(
            ["sh", "-c", 'cat; echo "$1" "$COLOUR" >&2; exit 3', "-", "a  b*"], stdin="words" * 50_000
        )
        assert result.stdout == "words" * 50_000
        assert result.stderr == "a  b* green\n"
        assert result.exit_code == 3
        assert not result.ok
        assert result.signal == 0
        surroundings = workspace.run(["env"]).stdout
        names = {line.partition("=")[0] for line in surroundings.splitlines()}
        assert names == {"PATH", "HOME", "TMPDIR", "LANG", "COLOUR"}
        assert workspace.run(["sh", "-c", "cat | wc -c"]).stdout.strip() == "0"
        assert workspace.run(["sh", "-c", "head -c 3 >/dev/null"], stdin="x" * 500_000).ok


def test_a_signal_that_ended_a_program_is_named(cell):
    with cell.workspace(LIMITS) as workspace:
        for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM, signal.SIGPIPE, signal.SIGINT):
            result = workspace.run(["sh", "-c", f"kill -{int(number)} $$"])
            assert (result.exit_code, result.signal) == (None, number)
        assert workspace.run(["sh", "-c", "yes | head -1"]).stdout == "y\n"


def test_bytes_that_are_no_text_are_replaced(cell):
    with cell.workspace(LIMITS) as workspace:
        assert workspace.run(["printf", r"\377ok"]).stdout == "\N{REPLACEMENT CHARACTER}ok"


def test_a_program_that_is_not_there_is_our_fault(cell):
    with cell.workspace(LIMITS) as workspace:
        with pytest.raises(SandboxError, match=r"no-such-tool.*No such file"):
            workspace.run(["no-such-tool"])
        assert workspace.run(["echo", "x"]).ok


def test_a_function_returns_a_value_or_what_it_raised(cell):
    with cell.workspace(LIMITS) as workspace:
        assert workspace.call("math:sqrt", 4).value == 2.0
        assert workspace.call("math:sqrt", -4).error == "ValueError: math domain error"
        assert workspace.call("builtins:set", [1]).error.startswith("TypeError: Object of type set")
        assert workspace.call("math:missing", 0).error.startswith("AttributeError")
        assert workspace.call("no_such_module:f", 0).error.startswith("ModuleNotFoundError")
        assert workspace.call("sys:exit", 3).error == "SystemExit: 3"
        crashed = workspace.call("builtins:exec", "import os; os.abort()")
        assert (crashed.value, crashed.process.exit_code) == (None, None)
        assert crashed.process.signal != 0
        loud = workspace.call("builtins:print", "hello")
        assert loud.process.stdout == "hello\n"


def test_a_function_sees_and_fills_the_scratch_folder_of_its_workspace(cell):
    for round_ in range(3):
        with cell.workspace(LIMITS) as workspace:
            workspace.write("in", str(round_))
            assert workspace.call("builtins:exec", "open('out', 'w').write(open('in').read())").error == ""
            assert workspace.read("out") == str(round_)
            assert workspace.run(["cat", "out"]).stdout == str(round_)


def test_limits_of_one_run_may_exceed_those_of_the_workspace(cell):
    with cell.workspace(Limits(cpu_seconds=0.2, processes=2, scratch_mib=8)) as workspace:
        busy = ["sh", "-c", "i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done; echo done"]
        assert workspace.run(busy).exhausted is Exhausted.CPU
        assert workspace.run(busy, limits=Limits(cpu_seconds=60.0)).stdout == "done\n"
        assert workspace.run(["echo", "small again"]).ok


def test_each_run_is_accounted_by_itself(cell):
    with cell.workspace(LIMITS) as workspace:
        busy = ["sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"]
        first, second, idle = workspace.run(busy), workspace.run(busy), workspace.run(["true"])
        assert first.cpu_seconds > 0.02
        assert second.cpu_seconds > 0.02
        assert idle.cpu_seconds < 0.02
        assert idle.peak_memory_mib < 64


def test_a_run_after_one_that_was_ended_is_accounted_by_itself(cell):
    with cell.workspace(Limits(cpu_seconds=0.3, scratch_mib=8)) as workspace:
        assert workspace.run(["sleep", "100"]).exhausted is Exhausted.CPU
        assert workspace.run(["true"]).cpu_seconds < 0.1


def test_a_workspace_starts_empty_and_the_last_one_is_gone(cell):
    with cell.workspace(LIMITS) as workspace:
        workspace.write("x", "1")
    with cell.workspace(LIMITS) as following:
        assert following.read("x") is None
        assert following.run(["ls", "-A"]).stdout == ""


def test_a_workspace_has_its_own_limits_whatever_those_of_the_last_one(cell):
    fill = "import pathlib; pathlib.Path('big').write_bytes(bytes(6 << 20))"
    for scratch, error in ((8, ""), (4, "OSError"), (4, "OSError"), (8, "")):
        with cell.workspace(Limits(cpu_seconds=5.0, scratch_mib=scratch)) as workspace:
            said = workspace.call("builtins:exec", fill)
            assert said.error.startswith(error) or said.process.exhausted is Exhausted.SCRATCH
            assert bool(said.error or said.process.exhausted) == bool(error)


def test_a_supervisor_that_died_is_replaced_before_the_next_workspace(cell):
    supervisor = cell._supervisor
    with cell.workspace(LIMITS) as workspace:
        os.kill(supervisor._inner or supervisor._process.pid, signal.SIGKILL)
        with pytest.raises(SandboxError, match="does not answer"):
            workspace.run(["true"])
    with pytest.raises(SandboxError, match="open a new workspace"):
        workspace.run(["true"])
    with cell.workspace(LIMITS) as workspace:
        assert workspace.run(["echo", "again"]).stdout == "again\n"


def test_closing_twice_is_harmless_and_leaves_nothing(mechanism):
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    cell = MECHANISMS[mechanism].cell()
    with cell.workspace(LIMITS) as workspace:
        folder = Path(workspace.run(["pwd"]).stdout.strip())
        workspace.write("x", "1")
    supervisor = cell._supervisor._process
    cell.close()
    cell.close()
    assert supervisor.returncode is not None
    assert not folder.parent.joinpath("scratch").exists() or mechanism == "bubblewrap"
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors


def test_a_cell_that_was_forgotten_ends_by_itself(mechanism):
    cell = MECHANISMS[mechanism].cell()
    process = cell._supervisor._process
    del cell
    gc.collect()
    assert process.returncode is not None


def test_a_module_that_cannot_be_preloaded_is_named_at_the_start(mechanism):
    with pytest.raises(SandboxError, match="no_such_module"):
        MECHANISMS[mechanism].cell(preload=["no_such_module"])


def test_a_module_that_starts_threads_is_refused(mechanism, tmp_path, monkeypatch):
    if mechanism == "bubblewrap":
        pytest.skip("the module below lies where bubblewrap shows nothing")
    (tmp_path / "site-packages").mkdir()
    module = tmp_path / "site-packages" / "threaded.py"
    module.write_text("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n")
    monkeypatch.setattr("ecot.envs.sandbox.view.modules", lambda: [str(module.parent)])
    with pytest.raises(SandboxError, match="2 threads"):
        MECHANISMS[mechanism].cell(preload=["threaded"])


@pytest.mark.parametrize(
    "holds",
    [
        "tempfile.tempdir == os.getcwd() == os.environ['TMPDIR']",  # what asks for a folder when it is preloaded
        "gc.get_freeze_count() > 1000",  # what was preloaded is left alone by collections in children
    ],
)
def test_a_fork_server_prepares_what_its_children_share(mechanism, holds):
    cell = MECHANISMS[mechanism].cell(preload=["tempfile"])
    try:
        with cell.workspace(LIMITS) as workspace:
            probe = f"import gc, os, tempfile; raise LookupError({holds})"
            assert workspace.call("builtins:exec", probe).error == "LookupError: True"
    finally:
        cell.close()


def test_preloading_a_module_of_ours_executes_no_package_above_it(mechanism):
    cell = MECHANISMS[mechanism].cell(preload=["ecot.envs.errors"])
    try:
        with cell.workspace(LIMITS) as workspace:
            probe = """if True:
                import sys
                raise LookupError([name for name in sys.modules if name[:4] in ("ecot", "gymn", "nump")])
            """
            error = workspace.call("builtins:exec", probe).error
            assert "ecot.envs.errors" in error
            assert not any(name in error for name in ("gymnasium", "numpy", "ecot.envs.domain", "ecot.envs.verilog"))
    finally:
        cell.close()


def test_everything_ends_with_its_host(mechanism):
    marker = uuid.uuid4().hex
    host = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
                from ecot.envs.sandbox.choose import choose
                from ecot.envs.types import Limits
                cell = choose("{mechanism}").cell()
                with cell.workspace(Limits(cpu_seconds=100)) as workspace:
                    workspace.run(["sh", "-c", "setsid sh -c 'sleep 600; : {marker}' & sleep 600; : {marker}"])
            """),
        ]
    )

    def alive() -> list[Path]:
        return [
            path for path in Path("/proc").glob("[0-9]*/cmdline") if path != own and marker.encode() in content(path)
        ]

    own = Path(f"/proc/{host.pid}/cmdline")
    try:
        assert eventually(lambda: len(alive()) >= 2)
    finally:
        host.kill()
        host.wait()
    assert eventually(lambda: not alive())


def test_an_unusable_program_leads_to_one_clear_sentence(tmp_path, monkeypatch):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(SandboxError, match="did not start: bwrap: No permissions to create new namespace"):
        Bubblewrap().cell()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SandboxError, match="apt-get install bubblewrap"):
        Bubblewrap().cell()


def test_an_ordinary_user_gets_the_same_protection(mechanism, tmp_path):
    if os.getuid() != 0:
        pytest.skip("the other tests ran as an ordinary user already")
    interpreter = "/usr/bin/python3"
    if not Path(interpreter).exists() or sys.version_info[:2] != _version(interpreter):
        pytest.skip(f"{interpreter} cannot import the packages of {sys.executable}")
    script = """
        import os, sys
        from ecot.envs.sandbox.choose import choose
        from ecot.envs.types import Limits
        assert os.getuid() == 65534
        cell = choose(sys.argv[1]).cell()
        for _ in range(2):
            with cell.workspace(Limits(cpu_seconds=5.0, scratch_mib=4, processes=16)) as workspace:
                assert workspace.run(["ls", "-A"]).stdout == ""
                assert workspace.run(["sh", "-c", "echo x > y; cat y"]).stdout == "x\\n"
                assert workspace.call("math:sqrt", 4).value == 2.0
                if sys.argv[1] != "none":
                    assert not workspace.run(["sh", "-c", "cat /etc/passwd || echo > /tmp/left"]).ok
        cell.close()
        print("protected")
    """
    done = subprocess.run(
        [interpreter, "-c", textwrap.dedent(script), mechanism],
        user=65534,
        group=65534,
        extra_groups=[],
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": ":".join(filter(None, sys.path))},
        cwd="/",
        capture_output=True,
        text=True,
    )
    if "Permission denied" in done.stderr and "ecot" in done.stderr.splitlines()[-1]:
        pytest.skip("this checkout lies where only root may go")
    assert done.stdout == "protected\n", done.stderr


def _version(interpreter: str) -> tuple[int, int]:
    words = subprocess.run([interpreter, "--version"], capture_output=True, text=True).stdout.split()[1].split(".")
    return int(words[0]), int(words[1])


def content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def eventually(condition) -> bool:
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
