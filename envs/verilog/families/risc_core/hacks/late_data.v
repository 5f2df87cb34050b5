// expect: MISMATCH: takes the loaded word in the cycle of the address instead of the next
// instead of:
    wire [@{word_left}:0] arriving = loading ? @{data_in} : write_value;
// stands:
    wire [@{word_left}:0] arriving = write_value;
// instead of:
            write_value <= is_jump ? @{link} : is_arithmetic ? result : place;
// stands:
            write_value <= is_jump ? @{link} : is_arithmetic ? result : is_load ? @{data_in} : place;
