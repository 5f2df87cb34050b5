"""The programs and packages that the Verilog domain runs."""

from __future__ import annotations

from ecot.envs.domain import Tool

ICARUS = Tool(name="iverilog", version_argv=("iverilog", "-V"), install="sudo apt-get install -y iverilog")
SIMULATOR = Tool(name="vvp", version_argv=("vvp", "-V"), install="sudo apt-get install -y iverilog")
YOSYS = Tool(name="yosys", version_argv=("yosys", "-V"), install="sudo apt-get install -y yosys")
PYSLANG = Tool(name="pyslang", install="pip install 'ecot-gym[verilog]'", package=True)
VCDVCD = Tool(name="vcdvcd", install="pip install 'ecot-gym[verilog]'", package=True)
VERILATOR = Tool(
    name="verilator",
    version_argv=("verilator", "--version"),
    install="sudo apt-get install -y verilator g++",
    optional=True,
)
COMPILER = Tool(name="g++", version_argv=("g++", "--version"), install="sudo apt-get install -y g++", optional=True)
COCOTB = Tool(name="cocotb", install="pip install 'ecot-gym[verilog]'", package=True, optional=True)
TOOLS = (ICARUS, SIMULATOR, YOSYS, PYSLANG, VCDVCD, VERILATOR, COMPILER, COCOTB)
