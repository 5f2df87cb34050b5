"""Which of the tools that a domain needs are installed here, and in which version."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache

from ecot.envs.domain import Domain, Tool
from ecot.envs.errors import ToolchainMissing

_VERSION_SECONDS = 20.0


@cache
def version_of(tool: Tool) -> str | None:
    """Return the version of an installed tool, `unknown` where it tells none, None where it is missing."""
    if tool.package:
        try:
            return importlib.metadata.version(tool.name)
        except importlib.metadata.PackageNotFoundError:
            return None
    if shutil.which(tool.name) is None:
        return None
    try:
        done = subprocess.run(
            list(tool.version_argv), capture_output=True, text=True, timeout=_VERSION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    found = re.search(tool.version_pattern, done.stdout + done.stderr)
    return found[1] if found else "unknown"


def versions_of(domain: Domain) -> Mapping[str, str]:
    """Return the version of every tool of a domain, `missing` where it is not there."""
    return {tool.name: version_of(tool) or "missing" for tool in domain.tools}


def check_tools(domain: Domain) -> None:
    """Raise `ToolchainMissing` unless all tools that a domain cannot do without are installed."""
    missing = [tool for tool in domain.tools if not tool.optional and version_of(tool) is None]
    if missing:
        names = ", ".join(tool.name for tool in missing)
        remedies = "; ".join(dict.fromkeys(tool.install for tool in missing))
        raise ToolchainMissing(f"{domain.id} needs {names}, which is not installed; install with: {remedies}")
