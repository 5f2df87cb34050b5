"""The README's and the docs' Python blocks run, its tree is true, and the examples run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCKS = [
    pytest.param(block, id=f"{page.relative_to(ROOT)}:{index}")
    for page in PAGES
    for index, block in enumerate(
        re.findall(r"^ *```python\n(.*?)^ *```$", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    )
]


@pytest.mark.needs("iverilog", "yosys")
@pytest.mark.parametrize("block", BLOCKS)
def test_a_python_block_of_the_docs_runs(block: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import textwrap

    monkeypatch.chdir(tmp_path)
    exec(
        compile(textwrap.dedent(block), "block", "exec"),
        {"my_model": lambda text: "```verilog\nmodule m; endmodule\n```"},
    )


@pytest.mark.needs("iverilog", "yosys")
@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_an_example_runs(example: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(example)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_links_in_the_pages_lead_somewhere() -> None:
    for page in PAGES:
        prose = re.sub(r"^((?:> ?)?`{3,})[^`]*\n.*?^\1$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)#:]+)\)", prose):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readmes_tree_names_what_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = text.split("## Where things are")[1].split("```")[1]
    for name in re.findall(r"^(?:  )?([a-z_/]+)/ ", tree, flags=re.M):
        assert (ROOT / name).is_dir() or (ROOT / "envs" / name).is_dir(), name


def test_every_command_of_the_readme_exists() -> None:
    from ecot.__main__ import find_commands

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\becot ([a-z]+)\b", text))
    assert named
    assert named <= set(find_commands())


@pytest.mark.needs("iverilog", "yosys")
def test_the_pages_of_the_environments_are_up_to_date() -> None:
    from ecot.commands.docs import page, page_name
    from ecot.envs.domain import domains

    for domain in domains().values():
        written = ROOT / "docs" / "environments" / f"{page_name(domain)}.md"
        assert written.read_text(encoding="utf-8") == page(domain), f"run `make docs`: {written.name} is out of date"
