"""Put a backend of your own under an environment: here one that counts what passes through to the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future

import gymnasium as gym

import ecot
from ecot.envs.real import RealBackend


class CountingBackend:
    """Counts labels on their way back."""

    def __init__(self, inner: ecot.Backend) -> None:
        self.inner = inner
        self.labels: Counter[str] = Counter()

    def __deepcopy__(self, memo: dict[int, object]) -> CountingBackend:
        return self  # Gymnasium copies constructor arguments

    def submit(self, request: ecot.Request) -> Future[ecot.Outcome]:
        future = self.inner.submit(request)
        future.add_done_callback(lambda done: self.labels.update([done.result().label]))
        return future

    def describe(self) -> Mapping[str, str]:
        return {**self.inner.describe(), "counted": "yes"}

    def close(self) -> None:
        self.inner.close()


backend = CountingBackend(RealBackend(workers=1))
env = gym.make("ECoT/Verilog-v0", backend=backend)
env.reset(seed=2)
solution = env.unwrapped.task.solution[0].text
env.step(f"```verilog\n{solution.replace('endmodule', '')}```")
env.step(f"```verilog\n{solution}```")
env.close()
backend.close()
print(dict(backend.labels))
assert backend.labels == {"COMPILATION_ERROR": 1, "PASS": 1}
