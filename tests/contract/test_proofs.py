"""Every domain whose tasks can prove themselves has done so, recently and well; a sample is proved again here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from conftest import need_tools_of

from ecot.envs.domain import Domain, domain_of, domains
from ecot.envs.proof import ProvableSource, Trial, provable, trials
from ecot.envs.proof_report import DomainReport, file_name, read_report, report_of
from ecot.envs.proof_run import prove
from ecot.envs.real import RealBackend

REPORTS = Path(__file__).parents[2] / "docs" / "verify"
PROVABLE = [
    domain for domain in domains().values() if isinstance(domain.sources[domain.default_source](""), ProvableSource)
]
FAMILIES = [(domain, name) for domain in PROVABLE for name in provable(domain).families()]
SHARE = 4
"""Of the cheats that most families of a domain share, each family plays one in so many here, another one each."""


@pytest.fixture(scope="module")
def backend() -> Iterator[RealBackend]:
    with closing(RealBackend()) as real:
        yield real


def _report(domain: Domain) -> DomainReport:
    report = read_report(REPORTS / file_name(domain.id))
    assert report is not None, f"run `ecot verify {domain.id} --full`"
    return report


def test_there_is_something_to_prove() -> None:
    assert FAMILIES


@pytest.mark.parametrize(("domain", "family"), FAMILIES, ids=lambda value: getattr(value, "id", value))
def test_the_report_of_a_family_is_of_its_present_content(domain: Domain, family: str) -> None:
    proved = _report(domain).families.get(family)
    current = provable(domain, family).families()[family]
    remedy = f"run `ecot verify {domain.id} --full --families {family}`"
    assert proved is not None, remedy
    assert proved.digest == current, remedy
    assert proved.holds


@pytest.mark.parametrize("domain", PROVABLE, ids=lambda domain: domain.id)
def test_the_judge_kills_nearly_every_mutant_and_stalling_does_not_pay(domain: Domain) -> None:
    report = _report(domain)
    assert set(report.families) == set(provable(domain).families())
    assert report.tally.score >= 0.97
    assert report.stalling.stalling_return < report.stalling.immediate_pass


@cache
def shared_cheats(env_id: str) -> Sequence[str]:
    """The names of the cheats that most families of a domain play."""
    domain = domain_of(env_id)
    names = list(provable(domain).families())
    sources = [provable(domain, name) for name in names]
    counts = Counter(hack.name for source in sources for hack in source.hacks(next(iter(source.ids(None)))))
    return sorted(name for name, count in counts.items() if 2 * count > len(names))


def is_played(trial: Trial, domain: Domain, family: str) -> bool:
    """Whether the quick tier plays a trial: all but those of shared cheats, which take turns over the families."""
    shared = shared_cheats(domain.id)
    if trial.hack is None or trial.hack.name not in shared:
        return True
    turn = list(provable(domain).families()).index(family) + shared.index(trial.hack.name)
    return turn % SHARE == 0


@pytest.mark.parametrize("domain", PROVABLE, ids=lambda domain: domain.id)
def test_the_quick_tier_plays_every_cheat_somewhere(domain: Domain) -> None:
    names = list(provable(domain).families())
    for cheat in shared_cheats(domain.id):
        turns = {(place + shared_cheats(domain.id).index(cheat)) % SHARE for place in range(len(names))}
        assert 0 in turns, cheat


@pytest.mark.parametrize(("domain", "family"), FAMILIES, ids=lambda value: getattr(value, "id", value))
def test_a_draw_proves_itself_with_three_mutants_and_its_cheats(
    domain: Domain, family: str, backend: RealBackend
) -> None:
    need_tools_of(domain)
    source = provable(domain, family)
    every = trials(domain, source, draws=1, mutants=3)
    planned = [trial for trial in every if is_played(trial, domain, family)]
    findings = prove(domain, planned, backend=backend, sandbox=backend.sandbox, workers=2)
    report = report_of(findings, digest=source.families()[family], date="", floor=domain.floor)
    assert report.failures == ()
    assert {name: hack.failures for name, hack in report.hacks.items() if hack.failures} == {}
    # A survivor that the full proof lists is known; a new one is a hole that was opened.
    known = {(item.task_id, item.index) for item in _report(domain).families[family].survivors}
    assert [item for item in report.survivors if (item.task_id, item.index) not in known] == []
