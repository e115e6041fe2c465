// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assignment} from "../types/Assignment.sol";
import {Quote} from "../types/Quote.sol";
import {Request, RequestItem} from "../types/Request.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Terms} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";

/// @notice The part of the coordinator a consumer meets: ask, and read what became of it.
interface IInferenceRequests {
    /// @notice A request was taken. Holds every preimage that later steps ask for.
    event InferenceRequested(
        bytes32 indexed requestId,
        address indexed requester,
        uint256 indexed operatorId,
        Request request,
        Assignment assignment,
        bytes input
    );

    /// @notice No verifier is set for the level, or the release cannot be asked at it.
    error LevelUnsupported(bytes32 releaseId, Verification level);
    /// @notice The named term cannot be met here; `value` is what was asked for.
    error TermUnsupported(bytes32 term, uint256 value);
    error InputLengthWrong(uint256 length, uint256 expected);
    /// @notice The request would cost up to `fee`, more than `terms.maxFee`.
    error FeeTooLow(uint256 maxFee, uint256 fee);
    error CallbackGasTooHigh(uint256 callbackGas, uint256 maximum);
    error DeadlineTooSoon(uint256 deadline, uint256 earliest);
    error DeadlineTooLate(uint256 deadline, uint256 latest);
    error GradeTooLow(uint256 grade, uint256 minimum);
    /// @notice The coordinator takes no new requests: its successor does since `closedAt`, or, if that is 1,
    /// they are stopped for now.
    error CoordinatorClosed(uint256 closedAt);
    /// @notice The operation needs another status than the request has.
    error StatusWrong(bytes32 requestId, RequestStatus status);
    error OutputMismatch(bytes32 requestId, bytes25 expected, bytes25 given);
    error LevelTooLow(bytes32 requestId, Verification level, Verification minimum);

    /// @notice Asks for one inference. Anyone may call; the caller is the requester, gets the
    /// callback if it has code, and pays from its balance, to which the value sent is added first.
    /// @param releaseId Release to run; see `IModelRegistry`.
    /// @param level Evidence the answer must come with.
    /// @param input Bytes of exactly the release's length (up to it if opaque).
    /// @param terms Price, time and trust that are asked for.
    /// @return requestId Id bound to content only: a re-org cannot give it to another request.
    /// @dev Warning: input and output are public, and the answer arrives after other transactions
    /// have seen it.
    function requestInference(
        bytes32 releaseId,
        Verification level,
        bytes calldata input,
        Terms calldata terms
    ) external payable returns (bytes32 requestId);

    /// @notice Asks for many inferences, as `requestInference` does for one; all of them are taken or none.
    function requestMany(
        RequestItem[] calldata items
    ) external payable returns (bytes32[] memory requestIds);

    /// @notice `requestInference`, paid from the balance of an account that allowed it to the caller
    /// (`IBalanceLedger.allow`). Refunds go to that account.
    function requestInferenceFrom(
        address payer,
        bytes32 releaseId,
        Verification level,
        bytes calldata input,
        Terms calldata terms
    ) external returns (bytes32 requestId);

    /// @notice The most a request with these terms can cost now, whoever of the operators is drawn.
    /// From about 4 kB of input the transaction's own cost follows EIP-7623 (40 gas a byte).
    function quote(
        bytes32 releaseId,
        Verification level,
        uint256 inputLength,
        Terms calldata terms
    ) external view returns (Quote memory);

    /// @notice Reverts unless exactly this output is the request's final one (an overturned request's is the one
    /// that was proven), at least at this level and with a key of at least this grade.
    function checkResult(
        bytes32 requestId,
        bytes calldata output,
        Verification minimumLevel,
        uint256 minimumGrade
    ) external view;

    function requestStatus(bytes32 requestId) external view returns (RequestStatus);

    /// @notice First 200 bits of the answer's keccak256; zero as long as there is no final answer.
    function resultDigest(bytes32 requestId) external view returns (bytes25);
}
