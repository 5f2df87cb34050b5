// Registers, a buffer for one burst, and a machine that reads the burst and writes it.
@{header}
    localparam [1:0] IDLE = 0, READ = 1, TURN = 2, WRITE = 3;

    reg [1:0] state;
    reg [@{address_left}:0] source;
    reg [@{address_left}:0] destination;
    reg [3:0] remaining;
    reg [@{held_left}:0] held;
    reg ended;
@{buffers}
@{count_register}

    wire control = @{store} && @{place} == 2'd3;

    always @(@{edges})
        if (@{reset_active}) begin
            state <= IDLE;
            source <= 0;
            destination <= 0;
            remaining <= 0;
            ended <= 1'b0;
@{place_resets}
        end else @{abort_branch}begin
            if (control && @{given}[1])
                ended <= 1'b0;
@{late_steps}
            case (state)
            IDLE: begin
                if (@{store} && @{place} == 2'd0)
                    source <= @{given}[@{address_left}:0];
                if (@{store} && @{place} == 2'd1)
                    destination <= @{given}[@{address_left}:0];
                if (@{store} && @{place} == 2'd2)
                    remaining <= @{given}[3:0];
                if (control && @{given}[0]) begin
@{count_start}
                    @{begin}
                end
            end
            READ:
                if (@{ready}) begin
@{read_steps}
@{source_step}
@{read_end}
                end
@{turn_state}
            default:
                if (@{ready}) begin
                    remaining <= remaining - 1'b1;
@{destination_step}
@{write_end}
                end
            endcase
        end

    assign @{shown} =
        @{place} == 2'd0 ? source :
        @{place} == 2'd1 ? destination :
        @{place} == 2'd2 ? remaining :
        {ended, state != IDLE};
    assign @{request} = state == READ || state == WRITE;
    assign @{writes} = state == WRITE;
    assign @{where} = state == READ ? source : state == WRITE ? destination : 0;
    assign @{word} = state == WRITE ? @{slot} : 8'd0;
    assign @{busy} = state != IDLE;
    assign @{interrupt} = ended;
endmodule
