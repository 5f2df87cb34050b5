"""Play one episode by hand: a first answer that does not compile, then the solution, and what the tools say to each."""

from __future__ import annotations

import gymnasium as gym

import ecot  # noqa: F401  (registers the environments)

env = gym.make("ECoT/Verilog-v0", render_mode="ansi")
observation, info = env.reset(seed=1)
print(observation)

solution = env.unwrapped.task.solution[0].text  # a privileged look, for the example's sake
broken = solution.replace(";", "", 1)
for reply in (f"```verilog\n{broken}```", f"<think>A semicolon was missing.</think>\n```verilog\n{solution}```"):
    observation, reward, terminated, truncated, info = env.step(reply)
    print(f"--- {info['outcome'].label}, reward {reward}")
    print(observation)
assert terminated
env.close()
