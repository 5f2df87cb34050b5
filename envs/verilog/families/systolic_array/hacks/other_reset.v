// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
module array_cell (
    input wire cell_clock,
    input wire cell_reset,
    input wire cell_step,
@{cell_ports}
    input wire @{signed}[@{data_left}:0] left_in,
    input wire @{signed}[@{data_left}:0] upper_in,
    output reg [@{data_left}:0] left_out,
    output reg @{signed}[@{data_left}:0] upper_out,
    output reg @{signed}[@{sum_left}:0] sum
);
    always @(@{cell_other_edges})
        if (@{cell_active}) begin
            left_out <= 0;
            upper_out <= 0;
            sum <= 0;
        end else begin
@{cell_weight}
            if (cell_step) begin
                left_out <= left_in;
@{cell_moves}
                sum <= @{base} + left_in * @{second};
            end
        end
endmodule

@{header}
@{wires}
@{flags}

@{grid}
    always @(@{other_edges})
        if (@{reset_active}) begin
@{resets}        end else if (@{step}) begin
@{steps}        end

    assign @{done} = late[@{done_index}];
    assign @{sums} = {@{packed}};
endmodule
