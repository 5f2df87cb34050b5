"""The pieces of `timer_peripheral`'s instruction and solution that depend on the draw."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.clocking import listed
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.systems import by_reset

_WAVE = {
    "pulse": "`{wave}` is 1 after an edge that makes an event, until the next edge, and 0 otherwise. It comes from a "
    "register.",
    "toggle": "`{wave}` changes its value at every edge that makes an event, and at no other outside reset. It comes "
    "from a "
    "register.",
    "pwm": "`{wave}` is 1 exactly while the counter is less than the compare register, whether the timer runs or not.",
}


def text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction."""
    up, pwm, at_once = params["direction"] == "up", params["output"] == "pwm", params["limit"] == "at_once"
    if up and at_once:
        acts = "The limit that is compared is the limit register just before the edge."
    elif up:
        acts = (
            "The limit that is compared is not the register itself but a copy of it, the *active limit*, which "
            "cannot be read. "
            "The active limit takes the value that the limit register has just before the edge, at every edge that "
            "makes an "
            "event and at every edge at which the timer does not run; at all others it keeps its value."
        )
    else:
        acts = "The limit is the limit register just before the edge."
    most = (1 << params["width"]) - 1
    return {
        "width": str(params["width"]),
        "top_bit": str(params["width"] - 1),
        "compare_row": f"| 5 | compare | {params['width'] - 1}-0 | what the counter is compared with for "
        f"`{words['wave']}` |"
        if pwm
        else "",
        "unused": "6 and 7" if pwm else "5 to 7",
        "tick_text": f"Where the counter equals the limit, the tick makes an *event* and the counter becomes 0; "
        f"otherwise it "
        f"increases by 1, from {most} to 0 (a counter beyond the limit goes all the way round). {acts}"
        if up
        else f"Where the counter is 0, the tick makes an *event* and the counter takes the limit; otherwise it "
        f"decreases by 1. "
        f"{acts}",
        "phase_text": "An edge at which the timer does not run sets this count of cycles to 0."
        if params["phase"] == "restart"
        else "At an edge at which the timer does not run, this count of cycles keeps its value, so that a tick that "
        "was begun is "
        "finished when the timer runs again.",
        "collision_text": "the flag is 1 afterwards: the event is not lost"
        if params["collision"] == "set"
        else "the flag is 0 afterwards: the write wins",
        "wave_text": _WAVE[params["output"]].format_map(words),
        "reset_state": listed(
            ["all registers", "the count of cycles"]
            + ["the active limit"] * (not at_once)
            + [f"`{words['wave']}`"] * (not pwm)
        ),
        "period": "a period is (limit + 1) times (prescale + 1) cycles",
        "by_reset": by_reset(params),
    }


def verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution."""
    up, pwm, shadowed = params["direction"] == "up", params["output"] == "pwm", params["limit"] == "at_event"
    left, output, given = params["width"] - 1, params["output"], words["given"]
    limit = "active" if shadowed else "limit"
    sets = "            if (event_now)\n                flag <= 1'b1;\n"
    clears = "            if (clears)\n                flag <= 1'b0;\n"
    wave = {
        "pulse": "            wave <= event_now;\n",
        "toggle": "            if (event_now)\n                wave <= ~wave;\n",
    }
    return {
        "left": str(left),
        "registers": f"    reg [{left}:0] active;\n" * shadowed
        + (f"    reg [{left}:0] compare;\n" if pwm else "    reg wave;\n"),
        "resets": "            active <= 0;\n" * shadowed + f"            {'compare' if pwm else 'wave'} <= 0;\n",
        "event": f"counter == {limit}" if up else "counter == 0",
        "next_counter": "event_now ? 0 : counter + 1'b1" if up else "event_now ? limit : counter - 1'b1",
        "phase_stop": " else\n                cycles <= 0;\n" if params["phase"] == "restart" else "\n",
        "other_phase_stop": "\n" if params["phase"] == "restart" else " else\n                cycles <= 0;\n",
        "active_step": "            if (event_now || !control[0])\n                active <= limit;\n" * shadowed,
        "flag_step": clears + sets if params["collision"] == "set" else sets + clears,
        "other_flag_step": sets + clears if params["collision"] == "set" else clears + sets,
        "wave_step": wave.get(output, ""),
        "compare_write": f"            if ({words['store']} && {words['place']} == 3'd5)\n"
        f"                compare <= {given}[{left}:0];\n" * pwm,
        "compare_arm": f"        {words['place']} == 3'd5 ? compare :" * pwm,
        "wave_value": "counter < compare" if pwm else "wave",
        "other_event": f"counter + 1'b1 == {limit}" if up else "counter == 1",
    }
