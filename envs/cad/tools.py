"""The packages that the CAD domain runs."""

from __future__ import annotations

from ecot.envs.domain import Tool

_INSTALL = "pip install 'ecot-gym[cad]'"
CADQUERY = Tool(name="cadquery", install=_INSTALL, package=True)
KERNEL = Tool(name="cadquery-ocp", install=_INSTALL, package=True)
MANIFOLD = Tool(name="manifold3d", install=_INSTALL, package=True)
SCIPY = Tool(name="scipy", install=_INSTALL, package=True)
TOOLS = (CADQUERY, KERNEL, MANIFOLD, SCIPY)
