"""`ecot evaluate`: several agents, one report, resumed."""

from __future__ import annotations

import json
from pathlib import Path

from fakes import fakes_registered

from ecot.__main__ import main


def test_several_agents_side_by_side_make_a_report(config_dir: Path, tmp_path: Path) -> None:
    words = ["evaluate", "--config-dir", str(config_dir), "env=lists", "backend=fake", "tasks=families", "split=test"]
    options = ["limit=3", "samples=2", "corrections=1", f"output={tmp_path / 'out'}", "--agents", "oracle,noop"]
    with fakes_registered():
        assert main([*words, *options]) == 0
        assert main([*words, *options, "--report", str(tmp_path / "again")]) == 0
    data = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert [item["pass_at"]["2"][0]["estimate"] for item in data["agents"]] == [1.0, 0.0]
    assert data["agents"] == json.loads((tmp_path / "again.json").read_text())["agents"]
    page = (tmp_path / "again.md").read_text()
    assert "ecot evaluate env=lists backend=fake tasks=families split=test limit=3" in page
    assert str(tmp_path) not in page
    assert "<svg" in (tmp_path / "again.svg").read_text()
