`define LAMP_OFF 1'b0
