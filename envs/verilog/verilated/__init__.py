"""The second simulator, `target="verilator"`: a candidate is translated to C++ and compiled, the rest is there already.

`runtime.py` compiles once for a machine what does not depend on a candidate, `engine.py` does the rest for each.
"""
