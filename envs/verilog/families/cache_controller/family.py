"""A small cache: direct mapped or of two ways, written back or through, with lines of one word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.cache_controller.model import Cache
from ecot.envs.verilog.family import Family, Inputs, Model, Params
from ecot.envs.verilog.pinout import Clocked, Pinout

_ORGANISATIONS = {
    "direct": "Each set holds at most one line, which is the victim.",
    "lru": "Each set holds up to two lines. While it holds fewer, a new line takes a free place and there is no "
    "victim. Otherwise the victim is the line that was used less recently. A line is used at an edge that stores, "
    "fills or installs it, and at every edge of a read that hits it.",
    "fifo": "Each set holds up to two lines. While it holds fewer, a new line takes a free place and there is no "
    "victim. Otherwise the victim is the line that was filled or installed first; being read or stored does not count.",
}
_POLICIES = ("back", "through", "through_allocate")
_EVICT = (
    "**Writing back.** Where a request, a read or a write, misses and the victim is dirty, {to_memory} is 1, {at} is "
    "the address of the victim and {word} its word, until an edge at which {ready} is 1. After that edge the victim "
    "is no longer dirty, and the request goes on with the other rules. {done} is 0 meanwhile."
)
_WRITE_BACK = (
    "**Writes.** A write that hits, or that misses while no victim is dirty, ends at once: {done} is 1. At that edge "
    "the word is stored in the line that was hit, or the line is installed in place of the victim, if there is one. "
    "The line is dirty then. The memory is not used."
)
_NO_EVICTION = (
    "**Writing through.** Each write goes to the memory too, so a victim is simply dropped when another line takes its "
    "place."
)
_WRITE_THROUGH = (
    "**Writes.** During a write {to_memory} is 1, {at} is `{address}`, {word} is `{written}` and {done} is equal to "
    "{ready}. At the edge at which both are 1, a write that hits stores the word in the line, and {missed}."
)
_MISSED = {
    "through": "where it misses, no line changes",
    "through_allocate": "where it misses, the line is installed in place of the victim, if there is one",
}
_INVALIDATION = (
    "\n6. **Invalidation.** At an edge at which `{invalidate}` is 1 all lines are dropped, whatever else happens at "
    "that edge, also a line that is filled or installed there. {lost}"
    "Outputs do not depend on `{invalidate}` at once."
)


def _pinout(params: Params) -> Pinout:
    pinout, width, bits = Pinout(params), params["width"], _address_bits(params)
    pinout.add("read", ("rd", "read_request"), "input", "the processor asks for a read")
    pinout.add("write", ("wr", "write_request"), "input", "the processor asks for a write")
    pinout.add("address", ("addr", "address"), "input", "address of the request", width=bits)
    pinout.add("written", ("wdata", "write_data"), "input", "word to write", width=width)
    if params["invalidate"]:
        pinout.add("invalidate", ("inv", "invalidate"), "input", "all lines are dropped")
    pinout.add("done", ("done", "request_done"), "output", "the request ends at the next edge")
    pinout.add("shown", ("rdata", "read_data"), "output", "word that is read", width=width)
    pinout.add("mem_read", ("mem_rd", "memory_read"), "output", "the memory is read")
    pinout.add("mem_write", ("mem_wr", "memory_write"), "output", "the memory is written")
    pinout.add("mem_address", ("mem_addr", "memory_address"), "output", "address in the memory", width=bits)
    pinout.add("mem_written", ("mem_wdata", "memory_write_data"), "output", "word for the memory", width=width)
    pinout.add("mem_shown", ("mem_rdata", "memory_read_data"), "input", "word from the memory", width=width)
    pinout.add("mem_ready", ("mem_rdy", "memory_ready"), "input", "the memory does what it is asked at this edge")
    return pinout


def _address_bits(params: Params) -> int:
    return int(params["tag_bits"]) + (int(params["sets"]) - 1).bit_length()


def _ways(params: Params) -> range:
    return range(1 if params["organisation"] == "direct" else 2)


def _fill(params: Params) -> Mapping[str, str]:
    words, width, tag = _pinout(params).words(), params["width"], params["tag_bits"]
    bits, back = _address_bits(params) - tag, params["policy"] == "back"
    ways = _ways(params)
    return {
        **words,
        **_verilog(params, words),
        **_rules(params, words),
        "width": str(width),
        "left": str(width - 1),
        "sets": str(params["sets"]),
        "sets_left": str(params["sets"] - 1),
        "lines": str(params["sets"] * len(ways)),
        "kind": "direct mapped" if len(ways) == 1 else "set associative with two ways",
        "index_left": str(bits - 1),
        "index_text": f"Bits {bits - 1} to 0" if bits > 1 else "Bit 0",
        "tag_left": str(tag - 1),
        "tag_text": f"bits {bits + tag - 1} to {bits}",
        "tag_slice": f"[{bits + tag - 1}:{bits}]",
        "index_slice": f"[{bits - 1}:0]",
        "victim_text": _ORGANISATIONS[params["organisation"]],
        "dirty_text": " A line is *dirty* while its word has not been written to the memory." if back else "",
        "invalidate_text": _invalidation(params, words),
    }


def _rules(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """The behaviour that depends on the policy."""
    done, ready = f"`{words['done']}`", f"`{words['mem_ready']}`"
    write, address, written = (f"`{words[f'mem_{key}']}`" for key in ("write", "address", "written"))
    names = {**words, "done": done, "ready": ready, "to_memory": write, "at": address, "word": written}
    if params["policy"] == "back":
        return {"evict_rule": _EVICT.format_map(names), "write_rule": _WRITE_BACK.format_map(names)}
    names["missed"] = _MISSED[params["policy"]]
    return {"evict_rule": _NO_EVICTION, "write_rule": _WRITE_THROUGH.format_map(names)}


def _invalidation(params: Params, words: Mapping[str, str]) -> str:
    lost = "Words that were not written back are lost. " if params["policy"] == "back" else ""
    return _INVALIDATION.format(lost=lost, **words) if params["invalidate"] else ""


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution."""
    ways, sets, back = _ways(params), params["sets"], params["policy"] == "back"
    two, write, ready = len(ways) == 2, words["write"], words["mem_ready"]

    def each(template: str, join: str = "\n") -> str:
        return join.join(template.replace("#", str(way)) for way in ways)

    def chosen(name: str) -> str:
        return f"way ? {name}_1[index] : {name}_0[index]" if two else f"{name}_0[index]"

    mine = " && way == 1'd#" if two else ""
    guard = f"if (changes{mine})"
    cleans = f"if (evicts && {ready}{mine})"
    return {
        "states": each(f"    reg [{sets - 1}:0] valid_#;" + (f"\n    reg [{sets - 1}:0] dirty_#;" if back else "")),
        "memories": each(
            f"    reg [{params['tag_bits'] - 1}:0] tags_# [0:{sets - 1}];\n    reg [{params['width'] - 1}:0] words_# "
            f"[0:{sets - 1}];"
        ),
        "turn": f"    reg [{sets - 1}:0] turn;" if two else "",
        "hits": each("    wire hit_# = valid_#[index] && tags_#[index] == tag;"),
        "hit": each("hit_#", " || "),
        "full": f"    wire full = {each('valid_#[index]', ' && ')};" if two or back else "",
        "way": "    wire way = hit ? hit_1 : full ? turn[index] : valid_0[index];" if two else "",
        "evicts": f"    wire evicts = ({words['read']} || {write}) && !hit && full && ({chosen('dirty')});"
        if back
        else "",
        "goes_on": " && !evicts" if back else "",
        "stores": {
            "back": f"{write} && !evicts",
            "through": f"{write} && {ready} && hit",
            "through_allocate": f"{write} && {ready}",
        }[str(params["policy"])],
        "valid_resets": each("            valid_# <= 0;"),
        # The places of a set are taken in order, and given up together.
        "valid_sets": "            if (changes)\n                valid_0[index] <= 1'b1;"
        + ("\n            if (changes && way)\n                valid_1[index] <= 1'b1;" if two else ""),
        "invalidates": f"            if ({words['invalidate']}) begin\n{each('                valid_# <= 0;')}\n      "
        f"      end"
        if params["invalidate"]
        else "",
        "dirty_steps": each(
            f"        {guard}\n            dirty_#[index] <= {write};\n        else {cleans}\n            "
            f"dirty_#[index] <= 1'b0;"
        )
        if back
        else "",
        "line_steps": each(
            f"        {guard} begin\n            tags_#[index] <= tag;\n            words_#[index] <= word;\n        "
            f"end"
        ),
        "turn_step": (f"        if ({_turns(params, words)})\n            turn[index] <= !way;" if two else ""),
        "found": chosen("words"),
        "mem_write_when": "evicts" if back else write,
        "mem_address_text": f"evicts ? {{{chosen('tags')}, index}} : {words['address']}" if back else words["address"],
        "mem_address_wrong": words["address"] if back else f"{{tag ^ {params['tag_bits']}'d1, index}}",
        "mem_written_text": chosen("words") if back else words["written"],
        "done_when": f"({words['read']} && hit) || ({write} && {'!evicts' if back else ready})",
    }


def _turns(params: Params, words: Mapping[str, str]) -> str:
    """When a line becomes the one that is not the next victim."""
    return "changes && !hit" if params["organisation"] == "fifo" else f"changes || ({words['read']} && hit)"


class _Processor:
    """Requests that stay until they are done, against a memory that answers when it likes."""

    def __init__(self, params: Params, random: Random) -> None:
        self.cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "read": 1, "address": 1}]
        self._params, self._random, self._cache = params, random, Cache(params)

    def rest(self, count: int, *, invalidate: int = 0) -> None:
        """Cycles without a request."""
        for _ in range(count):
            self._cycle({"address": self._random.getrandbits(_address_bits(self._params)), "invalidate": invalidate})

    def reset(self, address: int) -> None:
        """A cycle of reset, with a read beside it and a memory that is ready."""
        self.cycles.append({"reset": 1, "read": 1, "address": address, "mem_ready": 1})
        self._cache = Cache(self._params)

    def ask(self, kind: str, address: int, *, ready: float = 0.5, invalidate: float = 0.0) -> None:
        """One request."""
        pins = {kind: 1, "address": address, "written": self._random.getrandbits(self._params["width"])}
        done = False
        while not done:
            answers = int(self._random.random() < ready)
            beside = {"mem_ready": answers, "invalidate": int(self._random.random() < invalidate)}
            done = bool(self._cycle({**pins, **beside})["done"])

    def _cycle(self, pins: dict[str, int]) -> Mapping[str, int | None]:
        absent = dict.fromkeys(("read", "write", "written", "invalidate"), 0)
        whole = {
            **absent,
            "mem_ready": self._random.getrandbits(1),
            **pins,
            "mem_shown": self._random.getrandbits(self._params["width"]),
        }
        self.cycles.append(whole)
        shown = self._cache.outputs(whole)
        self._cache.step(whole)
        return shown


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every line filled, hit, stored and replaced; every pair of tags in one set; then requests with some locality."""
    processor, bits, sets = _Processor(params, random), _address_bits(params), params["sets"]
    tags = 1 << params["tag_bits"]
    for index in range(sets):
        for tag in (0, tags - 1, 1):
            processor.ask("read", tag * sets + index)
            processor.ask("read", tag * sets + index)
    for index in range(sets):
        processor.ask("read", sets + index)
    for index in range(sets):
        processor.ask("write", index + sets)
        processor.ask("write", index + 2 * sets)
        processor.ask("read", index + sets)
        processor.ask("write", index + 3 * sets)
        processor.rest(index % 2)
        processor.ask("read", index + 2 * sets)
        processor.ask("read", index + sets)
    processor.ask("write", 0)
    processor.rest(1, invalidate=1)
    processor.ask("read", 0)
    processor.ask("read", sets - 1, ready=1.0)
    processor.reset(sets - 1)
    processor.ask("read", sets - 1)
    for kinds in (("read", "write"), ("write", "read")):
        for index in range(sets):
            for tag, kind in enumerate((*kinds, "read", "read")):
                processor.ask(kind, tag * sets + index)
        processor.reset(0)
    recent = [0]
    for number in range(90):
        near = random.random() < 0.6
        address = (
            random.choice(recent[-4:])
            if near
            else random.getrandbits(bits) // sets * sets + random.choice((0, sets - 1))
        )
        kind = random.choice(("read", "write"))
        processor.ask(kind, address, ready=random.choice((0.3, 1.0)), invalidate=0.04)
        recent.append(address)
        if number % 30 == 29:
            processor.reset(address)
        processor.rest(random.choice((0, 0, 0, 1)), invalidate=int(random.random() < 0.1))
    return _pinout(params).drive(processor.cycles)


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(Cache, params))


FAMILY = Family(
    name="cache_controller",
    revision=1,
    level=4,
    title="small cache",
    choices={
        "organisation": tuple(_ORGANISATIONS),
        "policy": _POLICIES,
        "sets": (2, 4),
        "tag_bits": (2, 3),
        "width": (4, 8),
        "invalidate": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("cache_controller", "small_cache", "word_cache"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("memory", "cache"),
)
