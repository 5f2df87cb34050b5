"""The errors that are ours or the host's, never the candidate's.

A candidate's fault is an :class:`~ecot.envs.types.Outcome`. What stands here passes through `step` untouched, is kept
as `Trajectory.error` by whoever collects, is never shown to an agent and never scored.
"""

from __future__ import annotations


class EcotError(Exception):
    """The root of every error that this package raises on purpose."""


class TaskError(EcotError, ValueError):
    """A task, task source, split or identifier is malformed or unknown; the message names the value and the remedy."""


class ConfigError(EcotError, ValueError):
    """An argument or a configuration value is not one that the package knows."""


class ToolchainMissing(EcotError, FileNotFoundError):  # noqa: N818  (the missing thing is the name)
    """An executable or a Python package is not installed; the message holds the command that installs it."""


class SandboxError(EcotError, RuntimeError):
    """A process could not be started or confined, or the host ran out of something; retrying may help."""


class JudgeError(EcotError, RuntimeError):
    """The judge came to no verdict, as where two tools that should agree contradict each other."""


class PredictionError(EcotError, RuntimeError):
    """The surrogate answered nothing that can be decoded."""


class ChatError(EcotError, RuntimeError):
    """The endpoint of a chat model failed; retrying may help."""


class StoreError(EcotError, RuntimeError):
    """A trajectory store cannot be read or written; the message names the file and the line."""
