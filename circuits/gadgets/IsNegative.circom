pragma circom 2.2.2;

include "./SignedBits.circom";
include "./widths.circom";

/// 1 where in < 0, else 0.
/// @param FROM smallest value of in, negative
/// @param TO largest value of in
/// @input in  in FROM … TO, proven by the caller's interval; private
/// @output out  a bit
template IsNegative(FROM, TO) {
    signal input in;
    signal output out;

    component split = SignedBits(signedWidth(FROM, TO), 0);
    split.in <== in;
    out <== split.sign;
}
