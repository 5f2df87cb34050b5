`include "lamp_defines.v"
module half(input en, input was, output odd, output spare);
    // synopsys translate_off
    initial $display("half");
    // synopsys translate_on
    assign odd = en & ~was;
    assign spare = `LAMP_OFF;
endmodule
