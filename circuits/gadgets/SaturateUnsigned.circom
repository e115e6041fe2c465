pragma circom 2.2.2;

include "./widths.circom";

/// An integer clamped to 0 … LIMIT. Walks the limit's bits upwards and joins runs of equal ones: at
/// most two rows a run, and one to choose. As the topmost bit of an unsigned number a sign exceeds
/// every limit, so that one flag covers both bounds. Sums stay expressions, so that none becomes a
/// row of its own.
/// @param WIDTH number of bits, with the sign
/// @param LIMIT 1 … 2^(WIDTH − SIGNED) − 2
/// @param SIGNED 1 where the last bit is the sign of a two's complement
/// @input bits  lowest first, each 0 or 1, enforced by their maker; private
/// @output out
template SaturateUnsigned(WIDTH, LIMIT, SIGNED) {
    signal input bits[WIDTH];
    signal output out;

    signal pair[WIDTH];
    signal inverse[WIDTH];
    signal zero[WIDTH];

    // at LIMIT itself both choices agree, so the flag may be "above" or "not below"
    var isCheaperBelow = comparisonRows(WIDTH, LIMIT - 1) < comparisonRows(WIDTH, LIMIT);
    var threshold = isCheaperBelow ? LIMIT - 1 : LIMIT;

    // 1 where the bits seen so far exceed the threshold's, as an expression
    var greater = 0;
    var isDecided = 0;
    var start = 0;
    while (start < WIDTH) {
        var limitBit = (threshold >> start) & 1;
        var count = isDecided;
        var sum = greater;
        var end = start;
        while (end < WIDTH && ((threshold >> end) & 1) == limitBit) {
            sum += bits[end];
            count++;
            end++;
        }

        if (limitBit == 1 && isDecided == 0) {
            // below its lowest zero the threshold cannot be exceeded
        } else if (count == 1) {
            greater = sum;
            isDecided = 1;
        } else if (count == 2) {
            pair[start] <== (sum - bits[end - 1]) * bits[end - 1];
            greater = pair[start];
            if (limitBit == 0) {
                greater = sum - pair[start];
            }
            isDecided = 1;
        } else {
            var rest = sum;
            if (limitBit == 1) {
                rest = count - sum;
            }
            // any inverse will do where rest is 0; elsewhere the next lines leave only one
            inverse[start] <-- rest != 0 ? 1 / rest : 0;
            zero[start] <== 1 - rest * inverse[start];
            rest * zero[start] === 0;
            greater = zero[start];
            if (limitBit == 0) {
                greater = 1 - zero[start];
            }
            isDecided = 1;
        }
        start = end;
    }

    // bits past the limit's own width are zero wherever their sum is chosen
    var value = 0;
    for (var i = 0; i < WIDTH - SIGNED && i < unsignedWidth(LIMIT); i++) {
        value += bits[i] * (1 << i);
    }
    var bound = LIMIT;
    if (SIGNED == 1) {
        bound = LIMIT - LIMIT * bits[WIDTH - 1];
    }
    out <== value + greater * (bound - value);
}
