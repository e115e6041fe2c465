pragma circom 2.2.2;

/// Proves that a payload element fits its type: one row per bit, none to put them together, because
/// the lowest bit is what the others leave over.
/// @param WIDTH bits below the sign: 8, 16 or 32 unsigned, 7, 15 or 31 signed
/// @param SIGNED 1 for two's complement
/// @input in  any field element; this template enforces its range; private
/// @output upper  bits 1 … WIDTH − 1, then the sign if there is one
template RangedInput(WIDTH, SIGNED) {
    signal input in;
    signal output upper[WIDTH - 1 + SIGNED];

    var lowest = in;
    for (var i = 0; i < WIDTH - 1 + SIGNED; i++) {
        var isSign = i == WIDTH - 1;
        // forced to 0 or 1 by the next line; the last line leaves no other choice of bits
        upper[i] <-- isSign ? (in < 0 ? 1 : 0) : ((in + (1 << WIDTH)) >> (i + 1)) & 1;
        upper[i] * (upper[i] - 1) === 0;
        lowest -= upper[i] * (isSign ? -(1 << WIDTH) : 1 << (i + 1));
    }

    lowest * (lowest - 1) === 0;
}
