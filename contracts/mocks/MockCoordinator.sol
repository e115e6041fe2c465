// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";
import {IInferenceRequests} from "../interfaces/IInferenceRequests.sol";
import {CallbackLib} from "../libraries/CallbackLib.sol";
import {Quote} from "../types/Quote.sol";
import {RequestItem} from "../types/Request.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Delivery, Terms} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";

/// @title MockCoordinator
/// @notice For the tests of consumers: takes every request and forces any outcome in one line.
/// Never deploy it where money is: whoever calls decides what the answers are.
/// @dev Locked where the coordinator is: what a callback may not do there fails here too.
contract MockCoordinator is IInferenceRequests, ReentrancyGuardTransient {
    struct Asked {
        address requester;
        address payer;
        Verification level;
        uint256 callbackGas;
        uint256 fee;
        RequestStatus status;
        Delivery delivery;
        bytes32 outputHash;
    }

    /// @notice What every request costs.
    uint256 public fee;
    /// @notice The request made last.
    bytes32 public lastRequestId;

    uint256 private _count;
    bytes private _refusal;
    mapping(bytes32 requestId => Asked) private _asked;
    mapping(address account => uint256) private _balances;
    mapping(address payer => mapping(address consumer => uint256)) private _allowances;

    event MockRequested(bytes32 indexed requestId, address indexed requester, bytes input);
    event CallbackFailed(bytes32 indexed requestId, bytes reason);

    error BalanceTooLow(address account, uint256 balance, uint256 amount);
    error AllowanceTooLow(address payer, address consumer, uint256 allowance, uint256 amount);

    /* OUTCOMES */

    /// @notice Gives a final answer as an operator would: a callback that fails changes nothing else.
    /// @return isDelivered Whether the callback went through.
    function answer(
        bytes32 requestId,
        bytes calldata output
    ) external nonReentrant returns (bool isDelivered) {
        return _answer(requestId, output, block.timestamp);
    }

    /// @notice Gives an optimistic answer, which is not final yet: a consumer who asked for delivery when
    /// answered is called back now.
    function answerOptimistically(
        bytes32 requestId,
        bytes calldata output
    ) external nonReentrant returns (bool isDelivered) {
        Asked storage asked = _in(requestId, RequestStatus.Open);
        asked.status = RequestStatus.Answered;
        asked.outputHash = keccak256(output);
        if (asked.delivery == Delivery.WhenFinal) return false;
        return _callBack(asked, requestId, output, block.timestamp, false);
    }

    /// @notice Makes an optimistic answer final; a consumer who waited for that is called back now.
    function finalize(
        bytes32 requestId,
        bytes calldata output
    ) external nonReentrant returns (bool isDelivered) {
        Asked storage asked = _in(requestId, RequestStatus.Answered);
        bytes25 given = bytes25(keccak256(output));
        require(
            bytes25(asked.outputHash) == given,
            OutputMismatch(requestId, bytes25(asked.outputHash), given)
        );
        asked.status = RequestStatus.Finalized;
        if (asked.delivery == Delivery.WhenAnswered) return false;
        return _callBack(asked, requestId, output, block.timestamp, true);
    }

    /// @notice Replaces an optimistic answer by the one that was proven, and refunds the fee.
    function overturn(
        bytes32 requestId,
        bytes calldata output
    ) external nonReentrant returns (bool isDelivered) {
        Asked storage asked = _in(requestId, RequestStatus.Answered);
        asked.status = RequestStatus.Overturned;
        asked.level = Verification.Zk;
        asked.outputHash = keccak256(output);
        _balances[asked.payer] += asked.fee;
        return _callBack(asked, requestId, output, block.timestamp, true);
    }

    /// @notice Lets an optimistic answer fall without a right one, and refunds the fee.
    function void(bytes32 requestId) external nonReentrant returns (bool isDelivered) {
        Asked storage asked = _in(requestId, RequestStatus.Answered);
        asked.status = RequestStatus.Overturned;
        asked.outputHash = 0;
        _balances[asked.payer] += asked.fee;
        return
            _call(
                asked,
                requestId,
                abi.encodeCall(IInferenceConsumer.onInferenceVoided, requestId)
            );
    }

    /// @notice The same with another time of the answer, as after a retried callback.
    function answerAt(
        bytes32 requestId,
        bytes calldata output,
        uint256 answeredAt
    ) external nonReentrant returns (bool isDelivered) {
        return _answer(requestId, output, answeredAt);
    }

    /// @notice Lets a request run out of time and refunds its fee.
    function expire(bytes32 requestId) external nonReentrant {
        _end(requestId, RequestStatus.Expired);
    }

    /// @notice Fails a request, as when its verifier is revoked, and refunds its fee.
    function fail(bytes32 requestId) external nonReentrant {
        _end(requestId, RequestStatus.Failed);
    }

    /// @notice Lets requests revert with this data, for example an encoded `FeeTooLow`, until it is empty.
    function refuse(bytes calldata revertData) external {
        _refusal = revertData;
    }

    function setFee(uint256 newFee) external {
        fee = newFee;
    }

    /* WHAT CONSUMERS CALL */

    /// @inheritdoc IInferenceRequests
    function requestInference(
        bytes32,
        Verification level,
        bytes calldata input,
        Terms calldata terms
    ) external payable returns (bytes32) {
        _balances[msg.sender] += msg.value;
        return _take(msg.sender, level, input, terms);
    }

    /// @inheritdoc IInferenceRequests
    function requestMany(
        RequestItem[] calldata items
    ) external payable returns (bytes32[] memory requestIds) {
        _balances[msg.sender] += msg.value;
        requestIds = new bytes32[](items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            RequestItem calldata item = items[i];
            requestIds[i] = _take(msg.sender, item.level, item.input, item.terms);
        }
    }

    /// @inheritdoc IInferenceRequests
    function requestInferenceFrom(
        address payer,
        bytes32,
        Verification level,
        bytes calldata input,
        Terms calldata terms
    ) external returns (bytes32) {
        uint256 allowance = _allowances[payer][msg.sender];
        require(fee <= allowance, AllowanceTooLow(payer, msg.sender, allowance, fee));
        if (allowance < type(uint256).max) _allowances[payer][msg.sender] = allowance - fee;
        return _take(payer, level, input, terms);
    }

    function allow(address consumer, uint256 amount) external {
        _allowances[msg.sender][consumer] = amount;
    }

    function deposit(address account, uint256 amount) external payable nonReentrant {
        require(msg.value == amount, BalanceTooLow(account, msg.value, amount));
        _balances[account] += amount;
    }

    function withdraw(address to, uint256 amount) external nonReentrant {
        uint256 balance = _balances[msg.sender];
        require(amount <= balance, BalanceTooLow(msg.sender, balance, amount));

        _balances[msg.sender] = balance - amount;
        (bool success, ) = to.call{value: amount}("");
        require(success, BalanceTooLow(to, 0, amount));
    }

    function balanceOf(address account) external view returns (uint256) {
        return _balances[account];
    }

    /// @inheritdoc IInferenceRequests
    function quote(
        bytes32,
        Verification,
        uint256,
        Terms calldata
    ) external view returns (Quote memory) {
        return Quote({price: fee, royalty: 0, protocolFee: 0, gasFee: 0, total: fee});
    }

    /// @inheritdoc IInferenceRequests
    function checkResult(
        bytes32 requestId,
        bytes calldata output,
        Verification minimumLevel,
        uint256 minimumGrade
    ) external view {
        Asked memory asked = _asked[requestId];
        require(_hasResult(asked), StatusWrong(requestId, asked.status));
        bytes25 expected = bytes25(asked.outputHash);
        bytes25 given = bytes25(keccak256(output));
        require(expected == given, OutputMismatch(requestId, expected, given));
        require(asked.level >= minimumLevel, LevelTooLow(requestId, asked.level, minimumLevel));
        require(minimumGrade == 0, GradeTooLow(0, minimumGrade));
    }

    /// @inheritdoc IInferenceRequests
    function requestStatus(bytes32 requestId) external view returns (RequestStatus) {
        return _asked[requestId].status;
    }

    /// @inheritdoc IInferenceRequests
    function resultDigest(bytes32 requestId) external view returns (bytes25) {
        Asked memory asked = _asked[requestId];
        return _hasResult(asked) ? bytes25(asked.outputHash) : bytes25(0);
    }

    function _take(
        address payer,
        Verification level,
        bytes calldata input,
        Terms calldata terms
    ) private returns (bytes32 requestId) {
        _requireWilling();
        require(fee <= terms.maxFee, FeeTooLow(terms.maxFee, fee));
        uint256 balance = _balances[payer];
        require(fee <= balance, BalanceTooLow(payer, balance, fee));

        requestId = keccak256(abi.encode(address(this), msg.sender, ++_count));
        _balances[payer] = balance - fee;
        _asked[requestId] = Asked({
            requester: msg.sender,
            payer: payer,
            level: level,
            callbackGas: terms.callbackGas,
            fee: fee,
            status: RequestStatus.Open,
            delivery: terms.delivery,
            outputHash: 0
        });
        lastRequestId = requestId;
        emit MockRequested(requestId, msg.sender, input);
    }

    function _answer(
        bytes32 requestId,
        bytes calldata output,
        uint256 answeredAt
    ) private returns (bool isDelivered) {
        Asked storage asked = _in(requestId, RequestStatus.Open);
        asked.status = RequestStatus.Finalized;
        asked.outputHash = keccak256(output);
        return _callBack(asked, requestId, output, answeredAt, true);
    }

    function _callBack(
        Asked storage asked,
        bytes32 requestId,
        bytes calldata output,
        uint256 answeredAt,
        bool isFinal
    ) private returns (bool) {
        return
            _call(
                asked,
                requestId,
                abi.encodeCall(
                    IInferenceConsumer.onInference,
                    (requestId, output, answeredAt, isFinal)
                )
            );
    }

    function _call(
        Asked storage asked,
        bytes32 requestId,
        bytes memory data
    ) private returns (bool isDelivered) {
        if (asked.callbackGas == 0 || asked.requester.code.length == 0) return false;

        bytes memory reason;
        (isDelivered, reason) = CallbackLib.callWithExactGas(
            asked.requester,
            asked.callbackGas,
            data
        );
        if (!isDelivered) emit CallbackFailed(requestId, reason);
    }

    function _end(bytes32 requestId, RequestStatus status) private {
        Asked storage asked = _in(requestId, RequestStatus.Open);
        asked.status = status;
        _balances[asked.payer] += asked.fee;
    }

    function _in(
        bytes32 requestId,
        RequestStatus status
    ) private view returns (Asked storage asked) {
        asked = _asked[requestId];
        require(asked.status == status, StatusWrong(requestId, asked.status));
    }

    function _hasResult(Asked memory asked) private pure returns (bool) {
        if (asked.status == RequestStatus.Overturned) return asked.outputHash != 0;
        return asked.status == RequestStatus.Finalized;
    }

    function _requireWilling() private view {
        bytes memory refusal = _refusal;
        if (refusal.length == 0) return;
        // Nothing else reverts with bytes chosen at run time.
        assembly ("memory-safe") {
            revert(add(refusal, 32), mload(refusal))
        }
    }
}
