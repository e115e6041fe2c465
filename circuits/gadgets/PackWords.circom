pragma circom 2.2.2;

/// Cuts bytes into big-endian words of 31, the last one zero-filled on the right. Linear: in the
/// compiled circuits the words stay expressions and cost no row.
/// @param LENGTH number of bytes
/// @input in  bytes, ranged by their maker; private
/// @output words
template PackWords(LENGTH) {
    signal input in[LENGTH];
    signal output words[(LENGTH + 30) \ 31];

    for (var word = 0; word < (LENGTH + 30) \ 31; word++) {
        var sum = 0;
        for (var i = 0; i < 31 && 31 * word + i < LENGTH; i++) {
            sum += in[31 * word + i] * (1 << (8 * (30 - i)));
        }
        words[word] <== sum;
    }
}
