pragma circom 2.2.2;

include "./SignedBits.circom";
include "./widths.circom";

/// One step of ArgMax: keeps the best value and its index unless the candidate is strictly larger,
/// so the first of equal values wins.
/// @param FROM, TO  interval of best − candidate; FROM is negative
/// @param INDEX  the candidate's index
/// @input difference  best − candidate, in FROM … TO, proven by the caller's interval; private
/// @input candidate  private
/// @input bestIndex  private
/// @output larger  max(best, candidate)
/// @output index  of that value
template MaxStep(FROM, TO, INDEX) {
    signal input difference;
    signal input candidate;
    signal input bestIndex;
    signal output larger;
    signal output index;

    var width = signedWidth(FROM, TO);
    component split = SignedBits(width, 0);
    split.in <== difference;
    var magnitude = 0;
    for (var i = 0; i < width; i++) {
        magnitude += split.bits[i] * (1 << i);
    }

    signal lead;
    lead <== (1 - split.sign) * magnitude;
    larger <== candidate + lead;

    signal change;
    change <== split.sign * (INDEX - bestIndex);
    index <== bestIndex + change;
}
