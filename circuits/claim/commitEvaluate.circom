pragma circom 2.2.3;

include "../../node_modules/circomlib/circuits/poseidon.circom";

// The public signals of a claim over words that are otherwise free. Any output can be proved, so the
// tests of the contracts can prove wrong ones too; a release's circuit adds the model between the words.
// @param WORDS number of words, at most 16
// @param STATE state the commitment starts from
// @param ROWS_MORE rows that tell two circuits, and so their keys, apart
// @output h commitment to the words, y their evaluation at c (public)
// @input c point of evaluation (public)
// @input words private; nothing is assumed of them
template CommitEvaluate(WORDS, STATE, ROWS_MORE) {
    signal output h;
    signal output y;
    signal input c;
    signal input words[WORDS];

    component commitment = PoseidonEx(WORDS, 1);
    commitment.initialState <== STATE;
    for (var i = 0; i < WORDS; i++) {
        commitment.inputs[i] <== words[i];
    }
    h <== commitment.out[0];

    signal sums[WORDS];
    sums[WORDS - 1] <== words[WORDS - 1];
    for (var i = WORDS - 2; i >= 0; i--) {
        sums[i] <== sums[i + 1] * c + words[i];
    }
    y <== sums[0];

    signal powers[ROWS_MORE + 1];
    powers[0] <== c;
    for (var i = 0; i < ROWS_MORE; i++) {
        powers[i + 1] <== powers[i] * c;
    }
}
