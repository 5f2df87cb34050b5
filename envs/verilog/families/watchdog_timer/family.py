"""A watchdog timer: timeout, window, what serves it, enable and lock, how it bites and what it shows vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_WARNING = 3
"""Counts at which the warning is given, the last ones before the timeout."""
_SERVICES = {
    "strobe": "`{kick}` is 1",
    "change": "`{kick}` differs from what the edge before it found",
    "ignored": "`{kick}` is 1 and `{key}` is {secret}. An edge at which `{kick}` is 1 and `{key}` is anything else is "
    "treated as if `{kick}` were 0",
    "bites": "`{kick}` is 1 and `{key}` is {secret}. An edge at which `{kick}` is 1 and `{key}` is anything else is a "
    "*false service*",
}
_CONTROLS = {
    "always": "The watchdog always runs.",
    "enable": "The watchdog runs at an edge that finds `{enable}` at 1.",
    "lock": "The watchdog runs at an edge that finds `{enable}` at 1, and at every edge once it is locked. It is "
    "locked from right after an edge that finds `{lock}` at 1 until the next reset; the edge that locks it does not "
    "run because of that. Locking works whether the watchdog runs or not.",
}
_HOLDS = {
    "pulse": "An edge that bites sets `{bite}` to {active}; the next edge that does not bite sets it to {inactive} "
    "again. The watchdog goes on as after any service.",
    "sticky": "An edge that bites sets `{bite}` to {active}, and it stays so until the next reset, whatever the other "
    "inputs are. From then on until the reset C stays 0.",
}


def _service(params: Params) -> tuple[str, int]:
    """Kind of service and the key."""
    kind, _, secret = str(params["service"]).partition(" ")
    return kind, int(secret or 0)


def _closed(params: Params) -> int:
    """Smallest count at which a service is in time."""
    return {"none": 0, "two": 2, "half": int(params["timeout"]) // 2}[str(params["window"])]


def _count_width(params: Params) -> int:
    return int(params["timeout"] - 1).bit_length()


def _pinout(params: Params) -> Pinout:
    pinout, kind = Pinout(params), _service(params)[0]
    pinout.add("kick", ("kick", "service"), "input", "a change of it serves" if kind == "change" else "serves")
    if kind in ("ignored", "bites"):
        pinout.add("key", ("key", "service_key"), "input", "proves that the service is meant", width=4)
    if params["control"] != "always":
        pinout.add("enable", ("en", "enable"), "input", "lets the watchdog run")
    if params["control"] == "lock":
        pinout.add("lock", ("lock", "lock_running"), "input", "lets nothing but a reset stop the watchdog")
    pinout.add("bite", ("bite", "timed_out"), "output", f"the watchdog bit, active {params['level']}")
    if params["extra"] == "warning":
        pinout.add("extra", ("bark", "warning"), "output", "the timeout is near, active high")
    if params["extra"] == "count":
        pinout.add("extra", ("cnt", "count"), "output", "the count C", width=_count_width(params))
    return pinout


class _Watchdog:
    """The specification, over the time at which the count was last 0."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._now = self._zero = self._kick = 0
        self._bitten = self._locked = False

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        age = self._now - self._zero
        warned = age >= self._params["timeout"] - _WARNING
        bite = int(self._bitten != (self._params["level"] == "low"))
        return {"bite": bite, "extra": age if self._params["extra"] == "count" else int(warned)}

    def step(self, pins: Pins) -> None:
        age, runs = self._now - self._zero, self._runs(pins)
        served, false = self._served(pins)
        late = not served and age == self._params["timeout"] - 1
        bites = runs and (false or late or (served and age < _closed(self._params)))
        stuck = self._bitten and self._params["hold"] == "sticky"
        self._now += 1
        if served or bites or stuck or not runs:
            self._zero = self._now
        self._bitten, self._kick = stuck or bites, pins["kick"]
        self._locked |= bool(pins.get("lock"))

    def _runs(self, pins: Pins) -> bool:
        return self._params["control"] == "always" or self._locked or bool(pins["enable"])

    def _served(self, pins: Pins) -> tuple[bool, bool]:
        """Whether an edge with these inputs serves, and whether it serves falsely."""
        kind, secret = _service(self._params)
        if kind == "change":
            return pins["kick"] != self._kick, False
        right = kind == "strobe" or pins["key"] == secret
        return bool(pins["kick"] and right), bool(pins["kick"] and not right and kind == "bites")


def _window_text(params: Params) -> str:
    closed, last = _closed(params), params["timeout"] - 1
    if not closed:
        return f"A service is never too early; it counts as long as C is at most {last}, so at every edge."
    return (
        f"A service is too early where C is less than {closed}: it bites. This holds after a reset and after every "
        "other way in which C became 0, too."
    )


def _bite_text(params: Params) -> str:
    reasons = [f"C is {params['timeout'] - 1} and the edge does not serve (timeout)"]
    reasons += ["it serves too early (rule 3)"] * bool(_closed(params))
    reasons += ["it is a false service, whatever C is"] * (_service(params)[0] == "bites")
    return ", or ".join(reasons)


def _fill(params: Params) -> Mapping[str, str]:
    pinout, (kind, secret) = _pinout(params), _service(params)
    words, low, changes = pinout.words(), params["level"] == "low", params["service"] == "change"
    levels = {"active": "0" if low else "1", "inactive": "1" if low else "0", "secret": str(secret)}
    known, extra, last = words | levels, words.get("extra"), params["timeout"] - 1
    memory = " For the first edge after a reset, the edge before it counts as one that found 0. Every edge outside "
    texts = {
        "timeout": str(params["timeout"]),
        "service_text": _SERVICES[kind].format_map(known)
        + "."
        + (f"{memory}reset is remembered, whether the watchdog runs or not." if changes else ""),
        "control_text": _CONTROLS[params["control"]].format_map(known),
        "window_text": _window_text(params),
        "bite_text": _bite_text(params),
        "hold_text": _HOLDS[params["hold"]].format_map(known),
        "unlocked": " and unlocks the watchdog" if params["control"] == "lock" else "",
        "stopped": "" if params["control"] == "always" else " An edge at which the watchdog does not run sets C to 0 "
        "and does not bite.",
        "extra_text": {
            "none": "C itself is not shown.",
            "warning": f"`{extra}` is 1 exactly while C is at least {last + 1 - _WARNING}.",
            "count": f"`{extra}` is C.",
        }[params["extra"]],
    }  # fmt: skip
    return known | texts | _verilog(params, words) | {
        "example": pinout.example(lambda: _Watchdog(params), _example(params)),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution."""
    kind, secret = _service(params)
    width, last, closed = _count_width(params), params["timeout"] - 1, _closed(params)
    kick, key, extra = words["kick"], words.get("key"), words.get("extra")
    keyed, changes, locks = kind in ("ignored", "bites"), kind == "change", params["control"] == "lock"
    served = f"{kick} && {key} == 4'd{secret}" if keyed else f"{kick} != was" if changes else kick
    false = f"{kick} && {key} != 4'd{secret} || " if kind == "bites" else ""
    early = f" || served && age < {closed}" if closed else ""
    runs = {"always": "", "enable": words.get("enable", ""), "lock": f"({words.get('enable')} || locked)"}
    gate, sticky = runs[params["control"]], params["hold"] == "sticky"
    idle = f" || !{gate}" if gate else ""
    assign = {"none": "", "warning": f"    assign {extra} = age >= {last + 1 - _WARNING};\n",
              "count": f"    assign {extra} = age;\n"}  # fmt: skip
    return {
        "left": str(width - 1),
        "last_count": str(last),
        "declarations": "    reg was;\n" * changes + "    reg locked;\n" * locks,
        "served": served,
        "reasons": f"{false}!served && age >= {last}{early}",
        "soon_reasons": f"{false}!served && age >= {last - 1}{early}",
        "strict_reasons": f"{false}age >= {last}{early}",
        "gate": f"{gate} && " if gate else "",
        "resets": "            was <= 1'b0;\n" * changes + "            locked <= 1'b0;\n" * locks,
        "updates": f"            was <= {kick};\n" * changes
        + f"            if ({words.get('lock')})\n                locked <= 1'b1;\n" * locks,
        "zeroed": f"served || bites{idle}" + " || bitten" * sticky,
        "next_bitten": "bitten || bites" if sticky else "bites",
        "other_bitten": "bites" if sticky else "bitten || bites",
        "shown": "!bitten" if params["level"] == "low" else "bitten",
        "assigns": assign[params["extra"]],
    }


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """A service in time, a timeout, and then a service at once."""
    _, secret = _service(params)
    quiet = {"enable": 1}
    first = [quiet] * (params["timeout"] - 2)
    changed = int(params["service"] == "change")
    served, after = {"enable": 1, "kick": 1, "key": secret}, {"enable": 1, "kick": changed}
    again = {"enable": 1, "kick": 1 - changed, "key": secret}
    return [{"reset": 1}, *first, served, *[after] * (params["timeout"] + 1), again, quiet, quiet]


class _Hand:
    """Writes cycles: it knows what serves, and the level of a service by change."""

    def __init__(self, params: Params, random: Random) -> None:
        self._service, self._random = _service(params), random
        self.cycles: list[dict[str, int]] = []
        self._level = 0

    def wait(self, count: int, **others: int) -> None:
        """Cycles that do not serve; without a reset and enabled, unless said otherwise."""
        for _ in range(count):
            key = self._random.getrandbits(4)
            self.cycles.append({"enable": 1, "kick": self._level, "key": key, **others})

    def serve(self, **others: int) -> None:
        """One cycle that serves."""
        changes = self._service[0] == "change"
        kick = 1 - self._level
        self._level = kick if changes else 0
        self.cycles.append({"enable": 1, "kick": kick, "key": self._service[1], **others})

    def miss(self) -> None:
        """One cycle with a wrong key, one bit of it wrong."""
        self.wait(1, kick=1, key=self._service[1] ^ 1 << self._random.randrange(4))

    def reset(self, **others: int) -> None:
        """One cycle of reset, after which no change is pending."""
        self._level = 0
        self.wait(1, reset=1, **others)


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Services at every distance that matters, timeouts, stops at every kind of time, locks, then mixed loads."""
    hand, timeout, closed = _Hand(params, random), params["timeout"], _closed(params)
    hand.reset(kick=1)
    hand.wait(timeout)
    hand.reset()
    hand.wait(2 * timeout + 1)
    for distance in sorted({1, 2, closed, closed + 1, closed + 2, timeout - 1, timeout, timeout + 1}):
        for _ in range(1 if timeout > 15 else 2):
            hand.reset()
            hand.wait(closed + 1)
            hand.serve()
            hand.wait(max(distance - 1, 0))
            hand.serve()
            hand.wait(2)
    for lock in (0, 1):
        hand.reset()
        hand.wait(2, enable=0, lock=lock)
        hand.serve(enable=0)
        hand.wait(timeout - 1, enable=lock)
        hand.wait(2, enable=0)
        hand.wait(timeout, enable=1)
        hand.wait(3, enable=0)
    hand.reset(lock=1)
    hand.wait(closed + 2)
    hand.miss()
    hand.wait(timeout)
    hand.reset(kick=1)
    hand.wait(3, enable=0)
    while len(hand.cycles) < 380:
        pace = random.choice((2, timeout // 2, timeout - 2, timeout + 1))
        for _ in range(2):
            hand.wait(random.randrange(pace + 1), enable=int(random.random() < 0.9))
            hand.serve(lock=int(random.random() < 0.1))
        if random.random() < 0.5:
            hand.reset()
    for _ in range(40):
        after = {"kick": random.getrandbits(1), "key": random.getrandbits(4), "enable": random.getrandbits(1)}
        hand.cycles.append(one_change(hand.cycles[-1], after | {"reset": int(random.random() < 0.3)}, random))
    return hand.cycles


def _valid(params: Params) -> bool:
    """A count that nobody can see need not stay 0 after a bite that lasts."""
    return bool(params["hold"] == "pulse" or params["extra"] != "none")


FAMILY = Family(
    name="watchdog_timer",
    revision=1,
    level=2,
    title="watchdog timer",
    choices={
        "timeout": (7, 8, 11, 16, 20),
        "window": ("none", "two", "half"),
        "service": ("strobe", "change", "ignored 5", "ignored 10", "bites 6", "bites 9"),
        "control": tuple(_CONTROLS),
        "hold": tuple(_HOLDS),
        "extra": ("none", "warning", "count"),
        "level": ("high", "low"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("watchdog_timer", "watchdog", "supervisor_timer"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Watchdog(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "timing", "safety"),
)
