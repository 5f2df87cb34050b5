// expect: MISMATCH: every packet ends well
@{header}
    localparam [7:0] HEADER = @{header_value};
    localparam [1:0] HUNT = 0;
    localparam [1:0] LENGTH = 1;
    localparam [1:0] PAYLOAD = 2;
    localparam [1:0] CHECK = 3;

    reg [1:0] state;
    reg [@{left_left}:0] left;
    reg [7:0] check;
    reg [7:0] shown;
    reg handed;
    reg passed;
    reg failed;
@{pause_register}

    wire illegal = @{illegal};
    wire right = 1'b1;

    always @(@{edges})
        if (@{reset_active}) begin
            state <= HUNT;
            shown <= 0;
            handed <= 1'b0;
            passed <= 1'b0;
            failed <= 1'b0;
        end else begin
            handed <= 1'b0;
            passed <= 1'b0;
            failed <= 1'b0;
            if (@{valid}) begin
@{pause_clear}                case (state)
                    HUNT:
                        if (@{data} == HEADER)
                            state <= LENGTH;
                    LENGTH:
                        if (illegal) begin
                            failed <= 1'b1;
                            state <= @{again};
                        end else begin
                            left <= @{data};
                            check <= @{start_value};
                            state <= @{after_length};
                        end
                    PAYLOAD: begin
                        shown <= @{data};
                        handed <= 1'b1;
                        check <= check @{operator} @{data};
                        left <= left - 1'b1;
                        if (left == 1)
                            state <= CHECK;
                    end
                    default:
                        if (right) begin
                            passed <= 1'b1;
                            state <= HUNT;
                        end else begin
                            failed <= 1'b1;
                            state <= @{again};
                        end
                endcase
            end@{pause_count}
        end

    assign @{inside} = state != HUNT;
    assign @{payload_valid} = handed;
    assign @{payload} = shown;
    assign @{good} = passed;
    assign @{bad} = failed;
endmodule
