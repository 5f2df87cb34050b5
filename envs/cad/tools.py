"""The packages that the CAD domain runs."""

from __future__ import annotations

from ecot.envs.domain import Tool

_INSTALL = "pip install 'ecot-gym[cad]'"
# The kernel's wheel links against the system's OpenGL, though nothing here draws with it.
_KERNEL = f"{_INSTALL} && sudo apt-get install -y libgl1"
CADQUERY = Tool(name="cadquery", install=_INSTALL, package=True)
KERNEL = Tool(name="cadquery-ocp", install=_KERNEL, package=True)
MANIFOLD = Tool(name="manifold3d", install=_INSTALL, package=True)
SCIPY = Tool(name="scipy", install=_INSTALL, package=True)
TOOLS = (CADQUERY, KERNEL, MANIFOLD, SCIPY)
