"""What must hold of a handshake: every accepted word delivered once, in time; ready neither early nor late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ecot.envs.verilog.crossing.pair import RECEIVING, SENDING, Lines, Pair, Passage
from ecot.envs.verilog.crossing.plan import Recording, Sample, Violation
from ecot.envs.verilog.crossing.properties import Edges, resting, unsteady
from ecot.envs.verilog.family import Params


def pair(params: Params) -> Pair:
    """The two sides."""
    width = params["width"]
    sending: Lines = [
        ("valid", ("valid", "send_valid"), "input", "a word is offered", 1),
        ("data", ("din", "send_data"), "input", "the word offered", width),
        ("ready", ("ready", "send_ready"), "output", "a word would be accepted", 1),
        *([("done", ("done", "send_done"), "output", "a word has been delivered", 1)] if params["done"] else []),
    ]
    receiving: Lines = [
        ("arrived", ("dvalid", "receive_valid"), "output", "a word is there", 1),
        ("word", ("dout", "receive_data"), "output", "the word", width),
        *(
            [("take", ("take", "receive_ready"), "input", "the word is taken", 1)]
            if params["delivery"] == "held"
            else []
        ),
    ]
    return Pair.of(params, sending, receiving)


def violations(params: Params, recording: Recording) -> Iterator[Violation]:
    """Judge a recording."""
    sides = pair(params)
    undisturbed = sides.undisturbed(recording)
    for side, keys in ((SENDING, ("ready", "done")), (RECEIVING, ("arrived",))):
        for key in keys:
            if key in sides.keys:
                yield from unsteady(recording[side], sides.name(key), sides.name(f"{side}_clock"), undisturbed)
    rests = {"ready": 1, "done": 0, "arrived": 0, **({"word": 0} if params["between"] == "zero" else {})}
    for side in (SENDING, RECEIVING):
        wanted = {sides.name(key): rests[key] for key in sides.sides[side] if key in rests}
        yield from resting(recording[side], sides.clockings[side], wanted)
    edges = {name: Edges(samples) for name, samples in recording.items()}
    for epoch in sides.epochs(recording):
        accepted, delivered = _accepted(sides, epoch[SENDING]), _delivered(params, sides, epoch[RECEIVING])
        yield from _sending(params, sides, edges, epoch[SENDING], accepted, delivered)
        yield from _receiving(params, sides, edges, epoch[RECEIVING], accepted)


def _accepted(sides: Pair, samples: Sequence[Sample]) -> list[tuple[int, int]]:
    """When each word was accepted, and the word."""
    return [
        (sample.edge, sample.inputs[sides.name("data")])
        for sample in samples
        if sample.inputs[sides.name("valid")] and sample.outputs[sides.name("ready")] == 1
    ]


def _delivered(params: Params, sides: Pair, samples: Sequence[Sample]) -> list[int]:
    """When each word was delivered."""
    held = params["delivery"] == "held"
    return [
        sample.edge
        for sample in samples
        if sample.outputs[sides.name("arrived")] == 1 and (not held or sample.inputs[sides.name("take")])
    ]


def _sending(
    params: Params, sides: Pair, edges: Mapping[str, Edges], samples: Sequence[Sample],
    accepted: Sequence[tuple[int, int]], delivered: Sequence[int],
) -> Iterator[Violation]:  # fmt: skip
    """`ready` and `done` in every cycle."""
    ready, count, before = sides.name("ready"), 0, 1
    for sample in samples:
        while count < len(accepted) and accepted[count][0] < sample.edge:
            count += 1
        earliest, latest = 0, 0
        if count:
            done = delivered[count - 1] if count <= len(delivered) else None
            earliest, latest = _returns(params, edges, accepted[count - 1][0], done)
        value = sample.outputs[ready]
        if value == 1 and sample.edge <= earliest:
            yield Violation(sample.edge, ready, f"`{ready}` is 1 before the handshake of the last word can have ended")
        if value == 0 and sample.edge > latest:
            yield Violation(
                sample.edge, ready, f"`{ready}` is 0 although the handshake of the last word must have ended"
            )
        if params["done"]:
            port, wanted = sides.name("done"), int(value == 1 and before == 0)
            if sample.outputs[port] != wanted:
                yield Violation(sample.edge, port, f"`{port}` is {sample.outputs[port]} where it must be {wanted}")
        before = value if value is not None else before


def _returns(params: Params, edges: Mapping[str, Edges], accepted: int, delivered: int | None) -> tuple[int, int]:
    """The last edges before which `ready` must still be 0, and may still be 0."""
    stages, here, there, never = params["stages"], edges[SENDING], edges[RECEIVING], 1 << 62
    four = params["protocol"] == "four_phase"
    known = delivered if params["delivery"] == "held" else there.later(accepted, stages)
    soon = [(here, stages + 1), (there, stages), (here, stages)] if four else [(here, stages)]
    late = [(there, 1), (here, stages + 2)]
    late += [(here, 1), (there, stages + 2), (there, 1), (here, stages + 2)] if four else []
    return _after(known, soon, never), _after(delivered, late, never)


def _after(time: int | None, steps: Sequence[tuple[Edges, int]], never: int) -> int:
    for side, count in steps:
        time = None if time is None else side.later(time, count)
    return never if time is None else time


def _receiving(
    params: Params, sides: Pair, edges: Mapping[str, Edges], samples: Sequence[Sample],
    accepted: Sequence[tuple[int, int]],
) -> Iterator[Violation]:  # fmt: skip
    """Each accepted word arrives once, in time, and stays as long as it should."""
    arrived, word, held = sides.name("arrived"), sides.name("word"), params["delivery"] == "held"
    passage = Passage(edges[SENDING], edges[RECEIVING], params["stages"], params["stages"] + 3)
    count, stays, shown = 0, False, 0 if params["between"] == "zero" else None
    for sample in samples:
        value, wanted = sample.outputs[arrived], shown
        if value == 1:
            if not stays:
                if count == len(accepted) or passage.early(accepted[count][0], sample):
                    message = f"`{arrived}` is 1 where no word was sent, or none can have come yet"
                    yield Violation(sample.edge, arrived, message)
                count = min(count + 1, len(accepted))
            wanted = accepted[count - 1][1] if count else None
            shown = wanted if params["between"] == "kept" else 0
        elif stays:
            yield Violation(sample.edge, arrived, f"`{arrived}` is 0 although the word was not taken")
        elif count < len(accepted) and passage.due(accepted[count][0], sample):
            message = f"the word accepted at {accepted[count][0] / 1000:.1f} ns has not arrived in time"
            yield Violation(sample.edge, arrived, message)
            count += 1
        got = sample.early[word], sample.outputs[word]
        if wanted is not None and got != (wanted, wanted):
            shows = "x" if got[1] is None else str(got[1])
            yield Violation(sample.edge, word, f"`{word}` is {shows} where it must be {wanted}")
        stays = value == 1 and held and not sample.inputs[sides.name("take")]
