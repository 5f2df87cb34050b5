// expect: REJECTED: bind puts a module into the driver
@{header}
@{outputs_as_zero}
endmodule

module spy;
endmodule

bind @{driver} spy held ();
