pragma circom 2.2.2;

/// TABLE[Σ 2^i bits[i]] for constant entries: the table as a polynomial in the bits. Products of the
/// lower bits are made once; each product of upper bits takes one row with a combination of them.
/// @param WIDTH number of bits, at least 2
/// @param LENGTH entries of TABLE, at most 2^WIDTH
/// @param TABLE entries
/// @input bits  lowest first, each 0 or 1, enforced by their maker, together below LENGTH; private
/// @output out
template ConstantTable(WIDTH, LENGTH, TABLE) {
    signal input bits[WIDTH];
    signal output out;

    // coefficient of each product of bits; entries past the end are never reached
    var coefficients[1 << WIDTH];
    for (var i = 0; i < (1 << WIDTH); i++) {
        coefficients[i] = TABLE[i < LENGTH ? i : LENGTH - 1];
    }
    for (var step = 1; step < (1 << WIDTH); step *= 2) {
        for (var i = 0; i < (1 << WIDTH); i++) {
            if ((i & step) != 0) {
                coefficients[i] -= coefficients[i ^ step];
            }
        }
    }

    var lowerWidth = (WIDTH + 1) \ 2;
    signal lower[1 << lowerWidth];
    signal upper[1 << (WIDTH - lowerWidth)];
    lower[0] <== 1;
    for (var i = 0; i < lowerWidth; i++) {
        lower[1 << i] <== bits[i];
        for (var j = 1; j < (1 << i); j++) {
            lower[(1 << i) + j] <== lower[j] * bits[i];
        }
    }
    upper[0] <== 1;
    for (var i = 0; i < WIDTH - lowerWidth; i++) {
        upper[1 << i] <== bits[lowerWidth + i];
        for (var j = 1; j < (1 << i); j++) {
            upper[(1 << i) + j] <== upper[j] * bits[lowerWidth + i];
        }
    }

    var sum = 0;
    signal parts[1 << (WIDTH - lowerWidth)];
    for (var block = 0; block < (1 << (WIDTH - lowerWidth)); block++) {
        var factor = 0;
        for (var i = 0; i < (1 << lowerWidth); i++) {
            factor += coefficients[block * (1 << lowerWidth) + i] * lower[i];
        }
        if (block == 0) {
            sum += factor;
        } else {
            parts[block] <== upper[block] * factor;
            sum += parts[block];
        }
    }
    out <== sum;
}
