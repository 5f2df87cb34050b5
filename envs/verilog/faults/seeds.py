"""The faults that repair tasks are made of: mutation operators that fit one of twenty types, and a few of their own."""

from __future__ import annotations

import re
from functools import lru_cache

from ecot.envs.domain import Mutation
from ecot.envs.mutation import MutationLanguage, Operator, mutations
from ecot.envs.verilog.faults import structural
from ecot.envs.verilog.faults.mutations import LANGUAGE
from ecot.envs.verilog.faults.types import FAULT_TYPES

__all__ = ["KINDS", "SEEDING", "seed"]

KINDS = frozenset(re.sub(r"\W+", "_", name.replace("non-", "non")) for names in FAULT_TYPES.values() for name in names)
"""The twenty types in snake case, as operators name them."""

_STRUCTURAL = (
    Operator(name="split_reset", kind="race_condition", propose=structural.split_reset),
    Operator(name="wait_inside_process", kind="nonsynthesizable_construct", propose=structural.wait_inside_process),
    Operator(name="time_process", kind="nonsynthesizable_construct", propose=structural.timed_process),
    Operator(name="wrong_next_state", kind="state_machine_error", propose=structural.wrong_next_state, limit=6),
    Operator(name="misspell_port", kind="module_connection_error", propose=structural.misspelt_port, limit=4),
    Operator(name="drop_connection", kind="module_connection_error", propose=structural.dropped_connection, limit=4),
    Operator(name="miss_helper", kind="undefined_module", propose=structural.missing_helper, limit=3),
    Operator(name="reverse_helper", kind="module_connection_error", propose=structural.reversed_helper, limit=3),
)

SEEDING = MutationLanguage(
    grammar=LANGUAGE.grammar, comments=LANGUAGE.comments, operators=LANGUAGE.operators + _STRUCTURAL
)


@lru_cache(maxsize=256)
def seed(source: str) -> tuple[Mutation, ...]:
    """Return every fault of a Verilog source that is of one of the twenty types, in a fixed order."""
    return tuple(fault for fault in mutations(source, SEEDING) if fault.kind in KINDS)
