"""The packages and programs that the GPU domain runs."""

from __future__ import annotations

from ecot.envs.domain import Tool

TORCH = Tool(name="torch", install="pip install 'ecot-gym[gpu]'", package=True)
TRITON = Tool(name="triton", install="pip install 'ecot-gym[gpu]'", package=True)
GRAMMAR = Tool(name="tree-sitter-python", install="pip install 'ecot-gym[gpu]'", package=True, optional=True)
TOOLS = (TORCH, TRITON, GRAMMAR)
