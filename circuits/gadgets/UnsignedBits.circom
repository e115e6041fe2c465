pragma circom 2.2.2;

/// Splits in + OFFSET into WIDTH bits.
/// @param WIDTH 1 … 53
/// @param OFFSET added before splitting
/// @input in  in + OFFSET in 0 … 2^WIDTH − 1, proven by the caller's interval; private
/// @output bits  lowest first; the only ones, since their sum is far below the field's order
template UnsignedBits(WIDTH, OFFSET) {
    signal input in;
    signal output bits[WIDTH];

    var sum = 0;
    for (var i = 0; i < WIDTH; i++) {
        // forced to 0 or 1 by the next line, and to in together by the last one
        bits[i] <-- ((in + OFFSET) >> i) & 1;
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * (1 << i);
    }

    in + OFFSET === sum;
}
