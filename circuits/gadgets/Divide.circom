pragma circom 2.2.2;

include "./widths.circom";

/// floor(numerator / denominator): numerator = quotient · denominator + remainder with quotient,
/// remainder and denominator − 1 − remainder all ranged by bits.
/// @param QUOTIENT_LOW, QUOTIENT_HIGH  interval of the quotient
/// @param DENOMINATOR_HIGH  largest denominator
/// @input numerator  below 2^52 in magnitude, proven by the caller's interval; private
/// @input denominator  in 1 … DENOMINATOR_HIGH, proven by the caller's interval; private
/// @output quotient
template Divide(QUOTIENT_LOW, QUOTIENT_HIGH, DENOMINATOR_HIGH) {
    signal input numerator;
    signal input denominator;
    signal output quotient;

    var quotientWidth = unsignedWidth(QUOTIENT_HIGH - QUOTIENT_LOW);
    var width = unsignedWidth(DENOMINATOR_HIGH - 1);
    // lifting the numerator by a multiple of the denominator makes floor of negatives exact
    var lifted = numerator + (1 << 53) * denominator;
    var quotientValue = lifted \ denominator - (1 << 53);
    var remainderValue = lifted % denominator;

    signal quotientBits[quotientWidth];
    var quotientSum = QUOTIENT_LOW;
    for (var i = 0; i < quotientWidth; i++) {
        // forced to 0 or 1 here, and together to the one quotient by the product below
        quotientBits[i] <-- ((quotientValue - QUOTIENT_LOW) >> i) & 1;
        quotientBits[i] * (quotientBits[i] - 1) === 0;
        quotientSum += quotientBits[i] * (1 << i);
    }

    signal remainderBits[width];
    var remainder = 0;
    for (var i = 0; i < width; i++) {
        // forced to 0 or 1 here: the remainder is not negative
        remainderBits[i] <-- (remainderValue >> i) & 1;
        remainderBits[i] * (remainderBits[i] - 1) === 0;
        remainder += remainderBits[i] * (1 << i);
    }

    signal slackBits[width];
    var slack = 0;
    for (var i = 0; i < width; i++) {
        // forced to 0 or 1 here: the remainder is below the denominator
        slackBits[i] <-- ((denominator - 1 - remainderValue) >> i) & 1;
        slackBits[i] * (slackBits[i] - 1) === 0;
        slack += slackBits[i] * (1 << i);
    }
    denominator - 1 - remainder === slack;

    quotientSum * denominator === numerator - remainder;
    quotient <== quotientSum;
}
