// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Verification} from "../types/Verification.sol";

/// @notice Which verifier checks a level's evidence. Changes wait for a delay anyone can watch;
/// a revocation is immediate and final.
interface IVerifierRouter {
    event VerifierProposed(
        uint256 indexed verifierId,
        Verification indexed level,
        address verifier,
        uint256 activeFrom
    );
    event VerifierActivated(uint256 indexed verifierId, Verification indexed level);
    event VerifierRevoked(uint256 indexed verifierId, Verification indexed level);
    event SuccessorAnnounced(address indexed successor, uint256 closesAt);
    event GuardianSet(address indexed guardian);
    event RequestsStopped(address indexed by);
    event RequestsResumed();

    error VerifierUnknown(uint256 verifierId);
    error VerifierIsRevoked(uint256 verifierId);
    /// @notice No entry has this contract, or none that is not revoked.
    error VerifierWithoutEntry(address verifier);
    error VerifierNotRevoked(uint256 verifierId);
    error VerifierNotYetActive(uint256 verifierId, uint256 activeFrom);
    /// @notice A verifier that was followed by another never comes back; propose it anew.
    error VerifierSuperseded(uint256 verifierId, uint256 newestId);
    error CodeMissing(address account);
    /// @notice Level `Optimistic` needs a registry whose `leastAnswerBond` makes a challenge cost something.
    error AnswerBondMissing(uint256 leastAnswerBond);
    error SuccessorAlreadyAnnounced(address successor);
    error NotGuardian(address account);

    /// @notice Proposes a verifier for a level. Owner only.
    function proposeVerifier(
        Verification level,
        address verifier
    ) external returns (uint256 verifierId);

    /// @notice Sends new requests of its level to a proposed verifier whose delay is over. Anyone may call.
    function activateVerifier(uint256 verifierId) external;

    /// @notice Ends a verifier at once and for ever: open requests routed to it can only fail, with a
    /// full refund. Owner only.
    function revokeVerifier(uint256 verifierId) external;

    /// @notice Revokes every entry of a contract, whatever their levels, proposed ones too: a flaw in it is one
    /// of the judge as much as of level Zk. Owner only.
    function revokeVerifierEverywhere(address verifier) external;

    /// @notice Names the coordinator that follows; new requests stop after the delay, open ones
    /// finish here and balances stay withdrawable. Owner only, once.
    function announceSuccessor(address newSuccessor) external;

    /// @notice Names who may stop new requests beside the owner; zero: nobody. Owner only.
    function setGuardian(address newGuardian) external;

    /// @notice Takes no new requests until the owner resumes; everything else goes on. Guardian or owner.
    function stopRequests() external;

    /// @notice Takes requests again. Owner only.
    function resumeRequests() external;

    function verifierEntry(
        uint256 verifierId
    )
        external
        view
        returns (address verifier, Verification level, uint256 activeFrom, bool isRevoked);

    /// @notice Entry new requests of a level are routed to; 0 if the level is not supported.
    function currentVerifier(Verification level) external view returns (uint256 verifierId);

    /// @notice Entries there are: their ids are 1 to this.
    function verifierCount() external view returns (uint256);

    /// @notice Time between the proposal of a change and its effect.
    function changeDelaySeconds() external view returns (uint256);

    /// @notice Coordinator that follows this one; zero while none is announced.
    function successor() external view returns (address);

    function guardian() external view returns (address);
}
