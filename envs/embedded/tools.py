"""The programs and packages that the embedded domain runs."""

from __future__ import annotations

from ecot.envs.domain import Tool

_APT = "sudo apt-get install -y gcc-arm-none-eabi libnewlib-arm-none-eabi"
_PIP = "pip install 'ecot-gym[embedded]'"
CROSS_COMPILER = Tool(
    name="arm-none-eabi-gcc",
    version_argv=("arm-none-eabi-gcc", "--version"),
    version_pattern=r"\) ([0-9.]+)",
    install=_APT,
)
HOST_COMPILER = Tool(
    name="gcc",
    version_argv=("gcc", "--version"),
    version_pattern=r"\) ([0-9.]+)",
    install="sudo apt-get install -y gcc",
)
UNICORN = Tool(name="unicorn", install=_PIP, package=True)
ELFTOOLS = Tool(name="pyelftools", install=_PIP, package=True)
TREE_SITTER = Tool(name="tree-sitter-c", install=_PIP, package=True)
QEMU = Tool(
    name="qemu-system-arm",
    version_argv=("qemu-system-arm", "--version"),
    install="sudo apt-get install -y qemu-system-arm",
    optional=True,
)
RENODE = Tool(
    name="renode",
    version_argv=("renode", "--version"),
    install="see https://renode.io; no package of Debian or PyPI holds it",
    optional=True,
)
TOOLS = (CROSS_COMPILER, HOST_COMPILER, UNICORN, ELFTOOLS, TREE_SITTER, QEMU, RENODE)
