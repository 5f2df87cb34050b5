"""The router: from the facts of a task's bundle to what a reasoner should think about, and to its system prompt.

A topic is a Markdown file in `topics/` whose head (TOML between two lines of `+++`) says when it applies: any of its
`[[when]]` tables, each of which maps facts to how often they must occur at least. A fact is `name=value`; both stand in
the bundle, never in the name of an environment, so that a new domain or an imported set is routed like any other:

    entry=fifo.v          the file that the candidate is placed in
    file=stm32.ld         a file that the agent may see
    ports.role=clock      every value in the parameters, by its path; items of lists share one
    objective=smaller     what is asked beyond being right
    word=interrupt        every word of the instruction and of the files that the agent may see, in lower case

Values may hold `*` and `?`. Topics are read in the order of their file names.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from importlib.resources import files
from typing import Any

from ecot.envs.errors import ConfigError
from ecot.envs.prompts import fill, load
from ecot.envs.types import Audience, Task

_PACKAGE = "ecot.agents"
_TOPICS = "ecot.agents.topics"
_SYSTEM = "system.md"
_WORD = re.compile(r"[a-z][a-z0-9_+-]*")
_WILD = re.compile(r"[*?\[]")

Facts = Mapping[str, Mapping[str, int]]
"""How often each value occurs, by the name of the fact."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What to think about, and when.

    Attributes:
        name: of its file, without number and ending.
        text: for the prompt.
        when: alternatives; each maps `name=pattern` to how often it must occur at least.
    """

    name: str
    text: str
    when: tuple[Mapping[str, int], ...]

    def applies(self, facts: Facts) -> bool:
        """Whether any alternative holds; a topic without alternatives always applies."""
        return not self.when or any(
            all(_count(facts, pattern) >= least for pattern, least in alternative.items()) for alternative in self.when
        )


def facts_of(task: Task) -> Facts:
    """Return what the router may know of a task.

    >>> from ecot.envs.types import EnvironmentBundle
    >>> bundle = EnvironmentBundle(entry="m.v", params={"ports": [{"role": "clock"}, {"role": "clock"}]})
    >>> facts = facts_of(Task(id="t", env_id="e", instruction="Count up.", bundle=bundle))
    >>> facts["ports.role"], sorted(facts["word"])
    (Counter({'clock': 2}), ['count', 'up'])
    """
    facts: dict[str, Counter[str]] = {}
    seen = [item for item in task.bundle.files if item.audience is not Audience.JUDGE]
    texts = [task.instruction, *(item.text for item in seen)]
    pairs = [
        ("entry", task.bundle.entry),
        ("objective", str(task.objective)),
        *(("file", item.path) for item in seen),
        *_values(task.bundle.params, ""),
    ]
    for name, value in pairs:
        facts.setdefault(name, Counter())[value] += 1
    facts["word"] = Counter(word for text in texts for word in _WORD.findall(text.lower()))
    return facts


def route(task: Task) -> tuple[str, ...]:
    """Return the names of the topics that apply to a task, in their order."""
    facts = facts_of(task)
    return tuple(topic.name for topic in topics().values() if topic.applies(facts))


def system_prompt(names: Sequence[str]) -> str:
    """Return the system prompt that asks to reason about the topics of these names.

    Raises:
        ConfigError: a name is unknown.
    """
    known = topics()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigError(f"unknown topic {unknown[0]!r}; use some of: {', '.join(known)}")
    text = "\n\n".join(known[name].text for name in names)
    return fill(load(_PACKAGE, _SYSTEM), {"topics": text})


@cache
def router_digest() -> str:
    """Return a digest of everything that a system prompt is made of, conditions included."""
    total = hashlib.sha256()
    for name, text in (*_files(), (_SYSTEM, load(_PACKAGE, _SYSTEM))):
        total.update(f"{name}\0{text}\0".encode())
    return total.hexdigest()[:32]


@cache
def topics() -> Mapping[str, Topic]:
    """Return every topic by its name, in order.

    Raises:
        ConfigError: the head of a file cannot be read.
    """
    found = [_read(name, text) for name, text in _files()]
    return {topic.name: topic for topic in found}


def _files() -> Iterator[tuple[str, str]]:
    for item in sorted(files(_TOPICS).iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(".md"):
            yield item.name, item.read_text(encoding="utf-8")


def _read(name: str, text: str) -> Topic:
    parts = text.split("+++\n", 2)
    if len(parts) != 3 or parts[0]:
        raise ConfigError(f"topics/{name} must begin with a head between two lines of +++")
    try:
        when = tomllib.loads(parts[1]).get("when", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the head of topics/{name} is no TOML: {error}") from None
    return Topic(re.sub(r"^[0-9]+_|\.md$", "", name), parts[2].strip(), tuple(when))


def _values(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _values(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _values(item, path)
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def _count(facts: Facts, pattern: str) -> int:
    name, _, value = pattern.partition("=")
    counts = facts.get(name, {})
    if not _WILD.search(value):
        return counts.get(value, 0)
    matches = _pattern(value).match
    return sum(count for item, count in counts.items() if matches(item))


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))
