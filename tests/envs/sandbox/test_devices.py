"""A broken `/dev/null` is named with what mends it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from ecot.commands import doctor
from ecot.envs.sandbox.devices import NULL, null_problem


def test_the_device_of_this_machine_is_as_it_should_be() -> None:
    assert null_problem() == ""


def test_a_file_in_its_place_is_named_with_the_remedy(tmp_path: Path) -> None:
    place = tmp_path / "null"
    place.write_text("")
    said = null_problem(place)
    assert "no character device" in said
    assert f"mknod -m 666 {place} c 1 3" in said


def test_a_device_that_is_gone_is_named_with_the_remedy(tmp_path: Path) -> None:
    assert f"mknod -m 666 {tmp_path / 'null'} c 1 3" in null_problem(tmp_path / "null")


def test_a_device_that_not_all_may_write_is_named_with_the_remedy(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root makes devices")
    place = tmp_path / "null"
    try:
        os.mknod(place, 0o020644, NULL.stat().st_rdev)
    except PermissionError:
        pytest.skip("no devices can be made here")
    assert f"chmod 666 {place}" in null_problem(place)
    place.chmod(0o666)
    assert null_problem(place) == ""


def test_the_doctor_says_so_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "null_problem", lambda: "/dev/null is no character device")
    monkeypatch.setattr(doctor, "_print_tools", lambda console: False)
    monkeypatch.setattr(doctor, "_print_sandboxes", lambda console: True)
    assert doctor.run(argparse.Namespace(installed=False)) == 1
    assert "/dev/null is no character device" in capsys.readouterr().out
