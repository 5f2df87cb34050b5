"""The command line itself: finding commands, saying what is wrong in one sentence, exit codes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ecot.__main__ import find_commands, main


def test_every_command_has_a_name_and_a_line_of_help() -> None:
    commands = find_commands()
    assert {"collect", "show", "replay"} <= set(commands)
    assert all(entry.help for entry in commands.values())
    assert list(commands) == sorted(commands)


def test_help_lists_every_command_and_imports_none() -> None:
    code = (
        "import sys\nfrom ecot.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert not end.code\n"
        "print([name for name in sys.modules if name.startswith(('ecot.commands.', 'hydra', 'rich'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *overview, imported = done.stdout.splitlines()
    assert imported == "[]"
    for name in find_commands():
        assert any(line.strip().startswith(name) for line in overview)


def test_no_words_at_all_print_the_overview(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 0
    assert "collect" in capsys.readouterr().out


def test_an_unknown_command_suggests_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["colect"]) == 2
    assert capsys.readouterr().err == "ecot: unknown command 'colect'; did you mean 'collect'?\n"


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("collect", "show", "replay"):
        with pytest.raises(SystemExit) as end:
            main([name, "--help"])
        assert end.value.code == 0
        assert f"usage: ecot {name}" in capsys.readouterr().out


def test_a_missing_package_is_one_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("hydra", "ecot.commands."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hydra", None)
    assert main(["collect"]) == 2
    assert capsys.readouterr().err == "ecot: `ecot collect` needs the package 'hydra': pip install 'ecot-gym[all]'\n"
