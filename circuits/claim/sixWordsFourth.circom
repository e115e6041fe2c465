pragma circom 2.2.3;

include "commitEvaluate.circom";

// The same statement under another key.
component main {public [c]} = CommitEvaluate(6, 0x61737361792e776f7264732e763100000006, 6);
