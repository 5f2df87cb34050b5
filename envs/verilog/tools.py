"""The programs and packages that the Verilog domain runs."""

from __future__ import annotations

from ecot.envs.domain import Tool

ICARUS = Tool(name="iverilog", version_argv=("iverilog", "-V"), install="sudo apt-get install -y iverilog")
SIMULATOR = Tool(name="vvp", version_argv=("vvp", "-V"), install="sudo apt-get install -y iverilog")
YOSYS = Tool(name="yosys", version_argv=("yosys", "-V"), install="sudo apt-get install -y yosys")
PYSLANG = Tool(name="pyslang", install="pip install 'ecot-gym[verilog]'", package=True)
VCDVCD = Tool(name="vcdvcd", install="pip install 'ecot-gym[verilog]'", package=True)
TOOLS = (ICARUS, SIMULATOR, YOSYS, PYSLANG, VCDVCD)
