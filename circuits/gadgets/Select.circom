pragma circom 2.2.2;

/// condition ? whenOne : whenZero.
/// @input condition  0 or 1, enforced by its maker; private
/// @input whenOne, whenZero  any; private
/// @output out
template Select() {
    signal input condition;
    signal input whenOne;
    signal input whenZero;
    signal output out;

    out <== whenZero + condition * (whenOne - whenZero);
}
