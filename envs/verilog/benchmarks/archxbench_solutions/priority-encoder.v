module priority_encoder_4to2 (input [3:0] in, output [1:0] out, output valid);
    assign valid = in[3] | in[2] | in[1] | in[0];
    assign out[1] = in[3] | in[2];
    assign out[0] = in[3] | (~in[2] & in[1]);
endmodule
