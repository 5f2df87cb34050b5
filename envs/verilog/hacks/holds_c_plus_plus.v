// expect: REJECTED: a directive of Verilator's opens a block of C++
`systemc_header
#include <cstdlib>
static const int gone = (std::system("true"), 0);
`verilog
@{header}
@{outputs_as_zero}
endmodule
