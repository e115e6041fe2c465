pragma circom 2.2.2;

include "../../node_modules/circomlib/circuits/poseidon.circom";

/// Commitment to a claim's words: PoseidonEx(16, 1) block by block with the state chained, the last
/// block of its own size.
/// @param WORDS number of words, at least 1
/// @input words  private
/// @output out  the commitment; public in a whole circuit
template CommitWords(WORDS) {
    signal input words[WORDS];
    signal output out;

    // "assay.words.v1", then the number of words, which makes padding unambiguous
    var TAG = 0x61737361792e776f7264732e7631;
    var blocks = (WORDS + 15) \ 16;
    component block[blocks];
    for (var i = 0; i < blocks; i++) {
        var size = 16 * i + 16 <= WORDS ? 16 : WORDS - 16 * i;
        block[i] = PoseidonEx(size, 1);
        if (i == 0) {
            block[i].initialState <== TAG * (1 << 32) + WORDS;
        } else {
            block[i].initialState <== block[i - 1].out[0];
        }
        for (var j = 0; j < size; j++) {
            block[i].inputs[j] <== words[16 * i + j];
        }
    }
    out <== block[blocks - 1].out[0];
}
