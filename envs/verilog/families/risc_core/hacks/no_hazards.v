// expect: MISMATCH: reads the register without regard to the value that is about to be written
// instead of:
    wire held = @{held};
// stands:
    wire held = @{careless};
// instead of:
    wire [@{word_left}:0] left = @{left_source};
    wire [@{word_left}:0] right = @{right_source};
// stands:
    wire [@{word_left}:0] left = @{left_stale};
    wire [@{word_left}:0] right = @{right_stale};
