`include "lamp_defines.v"
module ref_half(input en, input was, output odd, output spare);
    assign odd = en & ~was;
    assign spare = `LAMP_OFF;
endmodule
