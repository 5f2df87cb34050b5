// expect: MISMATCH: refuses pointers that should be acknowledged, or the other way round
@{header}
    localparam [1:0] ADDRESS = 2'd0, POINTER = 2'd1, WRITE = 2'd2, SEND = 2'd3;
@{registers}
    reg scl_before;
    reg sda_before;
    reg active;
    reg fresh;
    reg [1:0] role;
    reg [3:0] slot;
    reg [7:0] data;
    reg [@{pointer_left}:0] pointer;
    reg low;
    wire steady = scl_before && @{scl};
    wire rise = !scl_before && @{scl};
    wire fall = scl_before && !@{scl};
    wire sends = role == SEND || (role == ADDRESS && data[0]);
    wire acknowledges = slot == 4'd8;
    wire [7:0] shown = @{shown};
    always @(@{edges})
        if (@{reset_active}) begin
            scl_before <= 1'b1;
            sda_before <= 1'b1;
            active <= 1'b0;
            pointer <= 0;
            low <= 1'b0;
@{resets}
        end else begin
            scl_before <= @{scl};
            sda_before <= @{sda};
            if (steady && @{sda} != sda_before) begin
                active <= !@{sda};
                role <= ADDRESS;
                fresh <= 1'b1;
                slot <= 4'd8;
            end else if (rise) begin
                if (!acknowledges)
                    data <= {data[6:0], @{sda}};
                else if (role == SEND && @{sda})
                    active <= 1'b0;
            end else if (fall && active) begin
                low <= 1'b0;
                if (acknowledges) begin
                    slot <= 4'd0;
                    fresh <= 1'b0;
                    if (!fresh) begin
                        if (sends) begin
                            role <= SEND;
                            data <= shown;
                            low <= !shown[7];
@{move_after_read}
                        end else
                            role <= role == ADDRESS ? POINTER : WRITE;
                    end
                end else begin
                    slot <= slot + 4'd1;
                    if (slot != 4'd7)
                        low <= role == SEND && !data[7];
                    else if (role == ADDRESS) begin
                        low <= data[7:1] == @{address_bits};
                        active <= data[7:1] == @{address_bits};
                    end else if (role == POINTER) begin
@{take_pointer_wrong}
                    end else if (role == WRITE) begin
                        low <= 1'b1;
@{move_after_write}
@{writes}
                    end
                end
            end
        end
    assign @{sda_out} = !low;
    assign @{pull} = low;
    assign @{control} = word_0;
endmodule
