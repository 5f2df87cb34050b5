// expect: MISMATCH: z is wrong wherever a value is asked for
@{header}
@{outputs_as_z}
endmodule
