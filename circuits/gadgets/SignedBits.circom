pragma circom 2.2.2;

/// Splits in + OFFSET into two's complement: WIDTH bits and a sign of weight −2^WIDTH.
/// @param WIDTH 0 … 52
/// @param OFFSET added before splitting
/// @input in  in + OFFSET in −2^WIDTH … 2^WIDTH − 1, proven by the caller's interval; private
/// @output bits  lowest first
/// @output sign  1 where in + OFFSET is negative
template SignedBits(WIDTH, OFFSET) {
    signal input in;
    signal output bits[WIDTH];
    signal output sign;

    // forced to 0 or 1 by the next line, and to in together by the last one
    sign <-- in + OFFSET < 0 ? 1 : 0;
    sign * (sign - 1) === 0;

    var sum = -sign * (1 << WIDTH);
    for (var i = 0; i < WIDTH; i++) {
        // as above; adding 2^WIDTH to a negative number leaves its lower bits
        bits[i] <-- ((in + OFFSET + (1 << WIDTH)) >> i) & 1;
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * (1 << i);
    }

    in + OFFSET === sum;
}
