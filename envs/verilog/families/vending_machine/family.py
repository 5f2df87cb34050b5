"""A vending machine: coins, price, when it sells, what becomes of the surplus, refunds and a limit on the credit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Inputs, Model, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_COINS = {"one_two": (1, 2), "one_two_five": (1, 2, 5), "two_five_ten": (2, 5, 10)}
_ROOM = 15
_SALE = {
    "automatic": "Where the credit together with the coin accepted at this edge, if any, is {price} or more, the "
    "machine sells.",
    "button": "Where `{buy}` is 1 and the credit together with the coin accepted at this edge, if any, is {price} or "
    "more, the machine sells. Where the credit is not enough, `{buy}` has no effect and is not remembered.",
}
_SURPLUS = {
    "keep": "The rest, credit and coin minus {price}, is the new credit; nothing is paid out after a sale.",
    "amount": "The rest, credit and coin minus {price}, is paid out at once: `{change}` takes it as a number, and the "
    "credit becomes 0.",
    "coins": "The rest, credit and coin minus {price}, is the new credit, which is paid out by rule 6 where it is not "
    "0.",
}
_PAYOUT = {
    "keep": "The machine never pays out.",
    "amount": "After a rising edge that pays out, `{change}` is the amount until the next rising edge; after every "
    "other edge it is 0. Nothing stops a coin from being accepted at the next edge.",
    "coins": "From the edge that begins it on, the machine *pays out* until the credit is 0: at each following rising "
    "edge the credit falls by 1 and `{change}` becomes 1, which stands for one unit. After every other edge "
    "`{change}` is 0. At the edges at which the machine pays out every coin is rejected{deaf}. The edge at which the "
    "credit becomes 0 is the last of them.",
}
_REFUND = {
    "keep": "At an edge at which `{cancel}` is 1 the credit becomes 0 without being paid out: the machine is cleared.",
    "amount": "At an edge at which `{cancel}` is 1 the whole credit is paid out by rule 6 and becomes 0.",
    "coins": "At an edge at which `{cancel}` is 1 and the credit is not 0, paying out by rule 6 begins: this edge "
    "leaves the credit as it is, the next one pays the first unit.",
}


def _price(params: Params) -> int:
    return int(params["price"])


def _limit(params: Params) -> int:
    """The largest credit: one that a customer can come up against, also where sales happen by themselves."""
    return _ROOM if params["sale"] == "button" else min(_ROOM, _price(params) + _COINS[params["coins"]][-1] - 2)


def _most_change(params: Params) -> int:
    """The largest amount that is paid out at once."""
    return _limit(params) if params["cancel"] else _limit(params) - _price(params)


def _pinout(params: Params) -> Pinout:
    pinout = Pinout(params)
    pinout.add("coin", ("coin", "coin_code"), "input", "the coin put in", width=2)
    if params["sale"] == "button":
        pinout.add("buy", ("buy", "buy_button"), "input", "asks for the product")
    if params["cancel"]:
        pinout.add("cancel", ("can", "cancel_button"), "input", "asks for the money back")
    pinout.add("vend", ("vend", "product_out"), "output", "the product comes out")
    pinout.add("reject", ("rej", "coin_rejected"), "output", "the coin comes back")
    width = _limit(params).bit_length()
    pinout.add("credit", ("cred", "credit"), "output", "money held, in units", width=width)
    if params["surplus"] != "keep":
        width = _most_change(params).bit_length() if params["surplus"] == "amount" else 1
        pinout.add("change", ("chg", "change"), "output", "money paid out, in units", width=width)
    return pinout


class VendingMachine:
    """The specification, over an integer and the set of things that are under way."""

    def __init__(self, params: Params) -> None:
        """A machine just after a reset."""
        self._params = params
        self._coins = dict(enumerate(_COINS[params["coins"]], start=1))
        self._credit = 0
        self._paying = False
        self._events: dict[str, int] = {}

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Values by key; none depends on the inputs."""
        return {"vend": 0, "reject": 0, "change": 0, **self._events, "credit": self._credit}

    def step(self, pins: Pins) -> None:
        """One rising edge outside reset."""
        coin, surplus = self._coins.get(pins["coin"], 0), self._params["surplus"]
        self._events = {"reject": int(coin > 0)}
        if self._paying:
            self._credit -= 1
            self._events["change"] = 1
            self._paying = self._credit > 0
        elif pins.get("cancel"):
            self._refund()
        else:
            accepted = self._credit + coin <= _limit(self._params)
            self._credit += coin * accepted
            self._events["reject"] = int(coin > 0 and not accepted)
            wanted = self._params["sale"] == "automatic" or pins["buy"]
            if wanted and self._credit >= _price(self._params):
                self._credit -= _price(self._params)
                self._events["vend"] = 1
                if surplus != "keep":
                    self._refund()

    def _refund(self) -> None:
        if self._params["surplus"] == "coins":
            self._paying = self._credit > 0
        else:
            self._events["change"] = self._credit
            self._credit = 0


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words() | {"price": str(_price(params)), "limit": str(_limit(params))}
    cancel, coins = words.get("cancel"), _COINS[params["coins"]]
    deaf = [f"`{words[key]}`" for key in ("buy", "cancel") if key in words]
    ignored = {**words, "deaf": f" and {' and '.join(deaf)} {'are' if deaf[1:] else 'is'} ignored" if deaf else ""}
    codes = [f"{code} is a coin of {value}" for code, value in enumerate(coins, start=1)]
    codes += ["3 is no coin"] * (len(coins) == 2)
    return (
        words
        | _verilog(params, words)
        | {
            "codes": "0 is no coin, " + ", ".join(codes),
            "sale_text": _SALE[params["sale"]].format_map(words),
            "surplus_text": _SURPLUS[params["surplus"]].format_map(words),
            "payout_text": _PAYOUT[params["surplus"]].format_map(ignored),
            "refund_text": _refund_text(params, words),
            "cancel_condition": f" and `{cancel}` is 0" if cancel else "",
            "paying_condition": " and the machine does not pay out" * (params["surplus"] == "coins"),
            "reset_payout": " and ends a payment under way" * (params["surplus"] == "coins"),
            "example": pinout.example(partial(VendingMachine, params), _example(params)),
        }
    )


def _refund_text(params: Params, words: Mapping[str, str]) -> str:
    if not params["cancel"]:
        return "There is no way to get the credit back."
    others = (
        f" A coin at this edge is rejected, and nothing is sold{', whatever `{buy}` is' if 'buy' in words else ''}."
    )
    return (_REFUND[params["surplus"]] + others).format_map(words)


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    surplus, cancel, buy = params["surplus"], words.get("cancel"), words.get("buy")
    price, coins = _price(params), _COINS[params["coins"]]
    arms = "".join(f"            2'd{code}: value = {worth};\n" for code, worth in enumerate(coins, start=1))
    rest = f"sum - {price}"
    refund = {
        "keep": "            held <= 0;\n",
        "amount": "            held <= 0;\n            paid <= held;\n",
        "coins": "            paying <= held != 0;\n",
    }[surplus]
    sell = {
        "keep": f"                held <= {rest};\n",
        "amount": f"                held <= 0;\n                paid <= {rest};\n",
        "coins": f"                held <= {rest};\n                paying <= sum != {price};\n",
    }[surplus]
    pay = "if (paying) begin\n            held <= held - 1'b1;\n            paid <= 1'b1;\n"
    pay += "            refused <= value != 0;\n"
    pay += "            paying <= held != 1;\n        end else "
    back = f"if ({cancel}) begin\n{refund}            refused <= value != 0;\n        end else "
    paid = {
        "keep": "",
        "amount": f"    reg [{_most_change(params).bit_length() - 1}:0] paid;\n",
        "coins": "    reg paid;\n    reg paying;\n",
    }[surplus]
    return {
        "held_left": str(_limit(params).bit_length() - 1),
        "total_left": str((_limit(params) + coins[-1]).bit_length() - 1),
        "arms": arms,
        "paid_registers": paid,
        "paid_reset": {
            "keep": "",
            "amount": "            paid <= 0;\n",
            "coins": "            paid <= 1'b0;\n            paying <= 1'b0;\n",
        }[surplus],
        "paid_default": "            paid <= 0;\n" * (surplus != "keep"),
        "pay_branch": pay if surplus == "coins" else "",
        "cancel_branch": back if cancel else "",
        "enough": f"sum >= {price}" + (f" && {buy}" if buy else ""),
        "more_than_enough": f"sum > {price}" + (f" && {buy}" if buy else ""),
        "sell": sell,
        "change_assign": f"    assign {words.get('change')} = paid;\n" * (surplus != "keep"),
    }


def _example(params: Params) -> list[dict[str, int]]:
    """Coins up to a sale, a rest, one coin and its return."""
    count = -(-_price(params) // _COINS[params["coins"]][1])
    cycles = [{"reset": 1}, {"coin": 1}, {}, *[{"coin": 2}] * count, {"buy": 1, "coin": 0}, {}, {}, {}]
    return [*cycles, {}, {}, {"coin": 2}, {"cancel": 1, "coin": 1}, {}, {}, {}, {}]


def _paths(params: Params) -> list[list[dict[str, int]]]:
    """The fewest coins to every credit that can be held."""
    top = _limit(params) if params["sale"] == "button" else _price(params) - 1
    paths: dict[int, list[dict[str, int]]] = {0: []}
    for credit in range(1, top + 1):
        ways = [
            [*paths[credit - worth], {"coin": code}]
            for code, worth in enumerate(_COINS[params["coins"]], start=1)
            if credit - worth in paths
        ]
        if ways:
            paths[credit] = min(ways, key=len)
    return list(paths.values())


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every coin from every credit, each upset, a full machine, then customers at random."""
    coins = len(_COINS[params["coins"]])
    cycles: list[dict[str, int]] = [{"reset": 1, "coin": 1, "buy": 1}, {}, {"cancel": 1}, {"buy": 1}, {"coin": 3}, {}]
    for path in _paths(params):
        for last in range(coins + 1):
            cycles += [{"reset": 1}, *path, {"coin": last, "buy": 1}, *[{}] * (last == coins)]
        cycles += [{"coin": 1, "buy": 1}, {"buy": 1}, {}]
    for upset in ({"cancel": 1}, {"cancel": 1, "buy": 1, "coin": 2}, {"reset": 1, "coin": 1}, {"buy": 1, "coin": 1}):
        cycles += [{"reset": 1}, {"coin": 1}, {"coin": 1}, upset, {"coin": 1}, {}, {"buy": 1}, {}]
        cycles += [{"reset": 1}, {"coin": 2}, upset, {}, {}]
    cycles += [*[{"coin": coins}] * 8, *[{"coin": 1}] * 17, {"buy": 1}, *[{}] * _ROOM, *[{"coin": 2}] * 9]
    cycles += [{"cancel": 1}, {}, {}, {"reset": 1, "coin": 2}, {}, {}]
    floor = len(cycles) + 80
    while len(cycles) < max(420, floor):
        busy = random.choice((0.9, 0.5, 0.1))
        for _ in range(random.randrange(3, 14)):
            cycle = {"coin": random.randrange(4) if random.random() < busy else 0, "buy": int(random.random() < 0.25)}
            cycle |= {"cancel": int(random.random() < 0.06), "reset": int(random.random() < 0.01)}
            cycles.append(cycle)
    return _pinout(params).drive(cycles)


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(VendingMachine, params))


def _valid(params: Params) -> bool:
    """A sale without a button leaves less than a price, and now and then something."""
    coins = _COINS[params["coins"]]
    return coins[-1] <= _price(params) and (params["sale"] == "button" or coins[-1] > 2)


FAMILY = Family(
    name="vending_machine",
    revision=1,
    level=3,
    title="vending machine",
    choices={
        "coins": tuple(_COINS),
        "price": (3, 4, 6, 7, 10, 11),
        "sale": ("automatic", "button"),
        "surplus": ("keep", "amount", "coins"),
        "cancel": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("vending_machine", "vendor", "ticket_machine"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "state machine"),
)
