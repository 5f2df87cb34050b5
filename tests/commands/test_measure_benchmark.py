"""The bench beside a benchmark's own scripts: same candidates, same verdicts, and a clear word where they fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ecot.commands.measure_benchmark import benchmark_speed
from ecot.commands.measurements import Plan
from ecot.envs.domain import domain_of
from ecot.envs.errors import EcotError
from ecot.envs.sandbox.choose import choose

LIKE = Path(__file__).parents[1] / "data" / "eval_like"
CONFIGURE = r"""#!/bin/bash
source_dir=$(dirname "$0")
for option in "$@"; do
  case $option in
    --with-problems=*) problems=$(cat "${option#*=}") ;;
    --with-task=*) data=$source_dir/dataset_${option#*=} ;;
  esac
done
{
  echo "sv-iv-test: $(for p in $problems; do echo $p/${p}_sample0{1,2}-sv-iv-test.log; done | xargs)"
  for p in $problems; do
    for n in 01 02; do
      s=$p/${p}_sample$n
      printf '%s-sv-iv-test.log:\n\t-iverilog -g2012 -s tb -o %s %s.sv %s %s &> $@\n\t-./%s &>> $@\n' \
        $s $s $s $data/${p}_test.sv $data/${p}_ref.sv $s
    done
  done
} > Makefile
"""


def plan_of(folder: Path) -> Plan:
    return Plan(
        domain=domain_of("ECoT/Verilog-v0"),
        tasks=f"verilog-eval:{folder}",
        sandbox=choose(),
        families=1,
        rounds=2,
        jobs=4,
        cores=1,
    )


@pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd", "make")
def test_both_judge_the_same_candidates_and_agree(tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(LIKE, root)
    (root / "configure").write_text(CONFIGURE)
    serial, parallel, full = benchmark_speed(plan_of(root))
    assert serial.name.startswith("6 candidates of VerilogEval")
    assert "verdicts agree on 6" in serial.figure
    assert serial.passed is (serial.data["serial_seconds"] >= 1.8 * serial.data["seconds"])
    assert parallel.target
    assert full.figure.endswith("3 pass"), "the references, and no mutant"


@pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd", "make")
def test_a_copy_without_its_scripts_is_named(tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(LIKE, root)
    with pytest.raises(EcotError, match="the benchmark's own bash failed"):
        benchmark_speed(plan_of(root))
