// expect: REJECTED: writes to descriptors that the driver may have opened
@{header}
    integer chosen;
    initial
        for (chosen = 0; chosen < 32; chosen = chosen + 1)
            $fwrite(32'h8000_0000 | chosen, "0\n");
@{outputs_as_zero}
endmodule
