// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a deployment is made of; none of it can change.
struct CoordinatorConfig {
    address owner;
    /// @dev The one asset: a token, or zero for the chain's coin.
    address asset;
    address modelRegistry;
    address operatorRegistry;
    /// @dev First verifier by level; zero where the level is not supported. At `Optimistic` it is the judge.
    address[3] verifiers;
    /// @dev `IDataFee` of a rollup; zero: calldata costs nothing beside its gas.
    address dataFee;
    uint256 changeDelaySeconds;
    uint256 retrySeconds;
    /// @dev Time after an optimistic answer in which it can be disputed.
    uint256 challengeWindowSeconds;
    /// @dev Time to prove a challenged answer; as often again for each open challenge of the operator.
    uint256 proofSeconds;
    /// @dev On top of each price, in 1/10,000; 0: none.
    uint256 protocolFeeBps;
    address feeReceiver;
}
