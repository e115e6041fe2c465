pragma circom 2.2.2;

/// Compile-time arithmetic on intervals; circom compares residues above r/2 as negative numbers.

/// Bits of the integers 0 … HIGH.
function unsignedWidth(HIGH) {
    var width = 0;
    while ((1 << width) - 1 < HIGH) {
        width++;
    }
    return width;
}

/// Bits below the sign that FROM … TO need in two's complement.
function signedWidth(FROM, TO) {
    var above = TO > 0 ? unsignedWidth(TO) : 0;
    var below = FROM < 0 ? unsignedWidth(-FROM - 1) : 0;
    return above > below ? above : below;
}

/// floor(VALUE / 2^SHIFT), also for negative values.
function floorShift(VALUE, SHIFT) {
    if (VALUE < 0) {
        return -((-VALUE + (1 << SHIFT) - 1) \ (1 << SHIFT));
    }
    return VALUE \ (1 << SHIFT);
}

/// Rows that it takes to compare WIDTH bits with LIMIT run by run, as in SaturateUnsigned.
function comparisonRows(WIDTH, LIMIT) {
    var rows = 0;
    var isDecided = 0;
    var i = 0;
    while (i < WIDTH) {
        var limitBit = (LIMIT >> i) & 1;
        var count = isDecided;
        while (i < WIDTH && ((LIMIT >> i) & 1) == limitBit) {
            count++;
            i++;
        }
        if (limitBit == 0 || isDecided == 1) {
            rows += count > 2 ? 2 : count - 1;
            isDecided = 1;
        }
    }
    return rows;
}
