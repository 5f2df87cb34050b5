"""The engine on a language of its own making: nothing here knows Verilog's operators."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tree_sitter_systemverilog
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from ecot.envs.mutation import (
    Change,
    Edit,
    MutationLanguage,
    Operator,
    mutations,
    remove,
    replace,
    replace_tokens,
)

SOURCE = "module m(input a, b, output y);\n  // a + b\n  assign y = a & b\n    & 1'b1;\nendmodule\n"


def _language(*operators: Operator) -> MutationLanguage:
    return MutationLanguage(
        grammar=tree_sitter_systemverilog.language, comments=r"//[^\n]*|(?s:/\*.*?\*/)", operators=operators
    )


def _swap(table: dict[str, tuple[str, ...]], name: str = "swap", limit: int | None = None) -> Operator:
    return Operator(name=name, kind="wrong", propose=replace_tokens(table, within=lambda parent: True), limit=limit)


def test_every_mutant_differs_in_one_place_and_names_its_line() -> None:
    found = mutations(SOURCE, _language(_swap({"&": ("|",)})))
    assert [(mutant.operator, mutant.kind, mutant.line) for mutant in found] == [
        ("swap", "wrong", 3),
        ("swap", "wrong", 4),
    ]
    assert found[0].source == SOURCE.replace("a & b", "a | b")
    assert found[1].source == SOURCE.replace("& 1'b1", "| 1'b1")


def test_mutants_equal_to_the_source_or_to_each_other_are_left_out() -> None:
    found = mutations(
        SOURCE, _language(_swap({"&": ("|", "|", "&", " &", "& // why\n")}), _swap({"&": ("|",)}, "again"))
    )
    assert [mutant.operator for mutant in found] == ["swap", "swap"]


def test_a_limit_spreads_over_the_source() -> None:
    source = "module m; assign y = " + " & ".join("abcdefghi") + "; endmodule"
    found = mutations(source, _language(_swap({"&": ("|",)}, limit=3)))
    positions = [mutant.source.index("|") for mutant in found]
    assert len(positions) == 3
    assert positions[-1] - positions[0] > 12


def test_a_change_can_name_its_own_kind_and_edit_two_places() -> None:
    def propose(node: Node) -> Iterator[Change]:
        if node.type == "module_declaration":
            yield Change((Edit(0, 6, "MODULE"), Edit(node.end_byte - 9, node.end_byte, "END")), "shouting")

    (found,) = mutations(SOURCE, _language(Operator(name="shout", kind="quiet", propose=propose, kept=True)))
    assert (found.kind, found.kept, found.line) == ("shouting", True, 1)
    assert found.source == SOURCE.replace("module", "MODULE", 1).replace("endmodule", "END")


def test_overlapping_edits_are_our_mistake() -> None:
    def propose(node: Node) -> Iterator[Change]:
        if node.type == "source_file":
            yield Change((Edit(0, 5, "x"), Edit(3, 6, "y")))

    with pytest.raises(ValueError, match="overlap at byte 3"):
        mutations(SOURCE, _language(Operator(name="clash", kind="", propose=propose)))


def test_a_removed_node_takes_the_white_space_before_it_and_the_line_is_its_own() -> None:
    def propose(node: Node) -> Iterator[Change]:
        if node.type == "continuous_assign":
            yield remove(node)

    (found,) = mutations(SOURCE, _language(Operator(name="drop", kind="gone", propose=propose)))
    assert found.line == 3
    assert found.source == "module m(input a, b, output y);\n  // a + b\nendmodule\n"


def test_text_beside_the_edit_survives_whatever_its_encoding() -> None:
    source = "module m; // größe ≥ 1\n  assign y = a & b; // ∀\nendmodule\n"
    (found,) = mutations(source, _language(_swap({"&": ("|",)})))
    assert found.source == source.replace("&", "|")
    assert found.line == 2


@given(st.text(max_size=120))
def test_any_text_has_a_fixed_list_of_mutants(text: str) -> None:
    def propose(node: Node) -> Iterator[Change]:
        if not node.children and node.end_byte > node.start_byte:
            yield replace(node, "%")

    language = _language(Operator(name="blot", kind="blot", propose=propose))
    found = mutations(text, language)
    assert found == mutations(text, language)
    assert len({mutant.source for mutant in found}) == len(found)
    assert text not in {mutant.source for mutant in found}
