pragma circom 2.2.2;

include "./SaturateSigned.circom";
include "./SaturateUnsigned.circom";
include "./SignedBits.circom";
include "./UnsignedBits.circom";
include "./widths.circom";

/// clamp(floor((in + 2^(SHIFT−1)) / 2^SHIFT), LOW, HIGH): rounds half up; Relu is LOW = 0. The
/// proven interval decides which bounds are in reach and how many bits the sum has.
/// @param FROM, TO  interval of in
/// @param SHIFT 0 … 51; 0 rounds nothing
/// @param LOW, HIGH  bounds; out of the interval's reach where there is none
/// @input in  in FROM … TO, proven by the caller's interval; private
/// @output out  in LOW … HIGH
template Rescale(FROM, TO, SHIFT, LOW, HIGH) {
    signal input in;
    signal output out;

    var half = SHIFT == 0 ? 0 : 1 << (SHIFT - 1);
    var smallest = floorShift(FROM + half, SHIFT);
    var largest = floorShift(TO + half, SHIFT);
    assert(FROM < TO && LOW < HIGH && LOW < largest && HIGH > smallest);
    assert(SHIFT > 0 || LOW > smallest || HIGH < largest);
    var isClampedBelow = LOW > smallest;
    var isClampedAbove = HIGH < largest;
    var kept = unsignedWidth(HIGH > 0 ? HIGH : 0);
    var isSignedWidth = HIGH > 0 && LOW == -HIGH - 1 && HIGH == (1 << kept) - 1;

    // the sum is split once, against the lower bound where that is in reach
    var isSigned = isClampedBelow || (FROM + half < 0 && TO + half >= 0 && !isClampedAbove);
    var base = isSigned ? LOW : smallest;
    if ((isClampedBelow || isClampedAbove) && isSignedWidth) {
        isSigned = 1;
        base = 0;
    }
    if (!isClampedBelow && isSigned) {
        base = 0;
    }
    var offset = half - base * (1 << SHIFT);
    var width = isSigned ? signedWidth(FROM + offset, TO + offset) : unsignedWidth(TO + offset);
    component signedSplit;
    component unsignedSplit;
    var bits[width];
    if (isSigned) {
        signedSplit = SignedBits(width, offset);
        signedSplit.in <== in;
        for (var i = 0; i < width; i++) bits[i] = signedSplit.bits[i];
    } else {
        unsignedSplit = UnsignedBits(width, offset);
        unsignedSplit.in <== in;
        for (var i = 0; i < width; i++) bits[i] = unsignedSplit.bits[i];
    }

    var value = 0;
    for (var i = SHIFT; i < width; i++) {
        value += bits[i] * (1 << (i - SHIFT));
    }
    component signedSaturation;
    component unsignedSaturation;
    signal positive;
    if (!isClampedBelow && !isClampedAbove) {
        var weight = width > SHIFT ? 1 << (width - SHIFT) : 1;
        if (isSigned) {
            out <== value - signedSplit.sign * weight;
        } else {
            out <== value + base;
        }
    } else if (isSignedWidth) {
        signedSaturation = SaturateSigned(width - SHIFT, kept);
        for (var i = SHIFT; i < width; i++) signedSaturation.bits[i - SHIFT] <== bits[i];
        signedSaturation.sign <== signedSplit.sign;
        out <== signedSaturation.out;
    } else {
        if (isClampedAbove) {
            unsignedSaturation = SaturateUnsigned(width - SHIFT + isSigned, HIGH - base, isSigned);
            for (var i = SHIFT; i < width; i++) unsignedSaturation.bits[i - SHIFT] <== bits[i];
            if (isSigned) unsignedSaturation.bits[width - SHIFT] <== signedSplit.sign;
            value = unsignedSaturation.out;
        } else {
            positive <== (1 - signedSplit.sign) * value;
            value = positive;
        }
        out <== value + base;
    }
}
