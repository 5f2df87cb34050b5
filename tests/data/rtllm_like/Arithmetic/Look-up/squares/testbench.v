module bench;
    reg [3:0] x;
    wire [7:0] y;
    reg [7:0] table_of [0:15];
    integer index, error = 0;
    squares #(.WIDTH(4)) uut (.x(x), .y(y));
    initial begin
        $readmemh("squares.dat", table_of);
        for (index = 0; index < 16; index = index + 1) begin
            x = index;
            #10;
            if (y !== table_of[index]) error = error + 1;
        end
        if (error == 0) $display("===========Your Design Passed===========");
        else $display("===========Error===========");
        $finish;
    end
endmodule
