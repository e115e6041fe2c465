pragma circom 2.2.2;

/// Σ words[i] · challenge^i by Horner's rule. Sound only where the words are committed to before the
/// challenge is known.
/// @param WORDS number of words, at least 2
/// @input words  private
/// @input challenge  public in a whole circuit
/// @output out  public in a whole circuit
template EvaluateWords(WORDS) {
    signal input words[WORDS];
    signal input challenge;
    signal output out;

    signal sums[WORDS];
    sums[WORDS - 1] <== words[WORDS - 1];
    for (var i = WORDS - 2; i >= 0; i--) {
        sums[i] <== sums[i + 1] * challenge + words[i];
    }
    out <== sums[0];
}
