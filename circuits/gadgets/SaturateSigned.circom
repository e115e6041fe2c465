pragma circom 2.2.2;

/// A two's complement clamped to −2^KEPT … 2^KEPT − 1: the bits above must repeat the sign.
/// @param WIDTH bits below the sign
/// @param KEPT bits kept, less than WIDTH
/// @input bits  lowest first, each 0 or 1, enforced by their maker; private
/// @input sign  0 or 1, of weight −2^WIDTH; private
/// @output out
template SaturateSigned(WIDTH, KEPT) {
    signal input bits[WIDTH];
    signal input sign;
    signal output out;

    var value = -sign * (1 << KEPT);
    for (var i = 0; i < KEPT; i++) {
        value += bits[i] * (1 << i);
    }
    var bound = (1 << KEPT) - 1 - sign * ((1 << (KEPT + 1)) - 1);

    // 1 where all upper bits equal the sign
    var fits;
    signal both;
    signal inverse;
    signal zero;
    if (WIDTH - KEPT == 1) {
        both <== bits[KEPT] * sign;
        fits = 1 - bits[KEPT] - sign + 2 * both;
    } else {
        var differing = -(WIDTH - KEPT) * sign;
        for (var i = KEPT; i < WIDTH; i++) {
            differing += bits[i];
        }
        // any inverse will do where nothing differs; elsewhere the next lines leave only one
        inverse <-- differing != 0 ? 1 / differing : 0;
        zero <== 1 - differing * inverse;
        differing * zero === 0;
        fits = zero;
    }

    out <== bound + fits * (value - bound);
}
