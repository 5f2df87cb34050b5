// expect: MISMATCH,TIMEOUT,RUNTIME_ERROR,RESOURCE_LIMIT: outputs that are unknown, where comparisons are never true
@{header}
@{outputs_as_x}
endmodule
