// expect: REJECTED: a DPI export is called from foreign code
@{header}
    export "DPI-C" function leak;
    function int leak();
        leak = 0;
    endfunction
@{outputs_as_zero}
endmodule
