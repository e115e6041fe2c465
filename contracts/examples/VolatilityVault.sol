// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20, IERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {InferenceConsumer} from "../consumer/InferenceConsumer.sol";
import {IInferenceRequests} from "../interfaces/IInferenceRequests.sol";
import {TensorLib} from "../libraries/TensorLib.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Delivery, Terms} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";
import {IndexVault} from "./IndexVault.sol";

/// @title VolatilityVault
/// @notice Example: a vault that holds so much of an index that its own volatility stays near a target.
/// It asks models/volatility how much the index will move, and believes final answers only: exposure =
/// min(cap, target / forecast).
/// @dev An answer that does not come (expired, failed, overturned, or refused here) changes nothing at
/// first: one missed forecast says nothing of the market, and trading on it would cost. Once the last
/// forecast is stale, exposure is zero and anyone may sell by `rebalance`: who does not know the risk
/// shall not carry it.
///
/// Warning: the keeper chooses the moment of a close, the deployer the returns before the first; the owner
/// names the coordinator, so he can move exposure anywhere between zero and the cap. None of them can
/// take assets out.
contract VolatilityVault is IndexVault, InferenceConsumer {
    struct Settings {
        bytes32 releaseId;
        Verification level;
        /// @dev What exposure is held in; its asset is the vault's.
        IERC4626 index;
        /// @dev Volatility aimed at, in 1/10,000 a year.
        uint256 targetBps;
        /// @dev Most of the vault that may be in the index, at most 10,000: nothing is borrowed.
        uint256 capBps;
        /// @dev How long a forecast counts, from the close it was made of.
        uint256 staleSeconds;
    }

    /// @notice What the owner allows to be spent on a forecast, and how much trust it needs; see `Terms`.
    struct ForecastTerms {
        uint256 maxFee;
        uint256 maxGasPrice;
        /// @dev The callback takes less than 50,000.
        uint256 callbackGas;
        uint256 lifetimeSeconds;
        uint256 minBond;
        uint256 minGrade;
        uint256 operatorId;
    }

    struct Question {
        bytes32 requestId;
        uint40 askedAt;
        /// @dev Last close that went into it.
        uint40 closedAt;
    }

    struct Forecast {
        /// @dev Percent a year × 2^5, as the release's schema says.
        uint16 volatility;
        uint40 answeredAt;
        uint40 closedAt;
    }

    /// @notice Daily returns that the model takes, int16 in whole basis points.
    uint256 public constant DAYS = 20;
    /// @notice Bytes of one element, of input and output alike.
    uint256 public constant WIDTH = 2;
    /// @notice Fraction bits of the output.
    uint256 public constant FRACTION_BITS = 5;
    /// @notice A trading day's closes are never nearer.
    uint256 public constant LEAST_CLOSE_SECONDS = 20 hours;
    uint256 private constant LONGEST_STALE_SECONDS = 365 days;
    uint256 private constant BPS_PER_PERCENT = 100;

    bytes32 public immutable releaseId;
    Verification public immutable level;
    uint256 public immutable targetBps;
    uint256 public immutable capBps;
    uint256 public immutable staleSeconds;

    /// @notice Who may record closes and ask for forecasts.
    address public keeper;
    ForecastTerms public terms;
    Question public question;
    Forecast public forecast;
    uint256 public closePrice;
    uint256 public closedAt;
    /// @dev A ring; the oldest stands at `_oldest`.
    int16[DAYS] private _returns;
    uint256 private _oldest;

    event KeeperSet(address indexed keeper);
    event TermsSet(ForecastTerms terms);
    event CloseRecorded(uint256 price, int256 returnBps);
    event ForecastAsked(bytes32 indexed requestId, uint256 closedAt);
    event ForecastReceived(bytes32 indexed requestId, uint256 volatility);

    error SettingInvalid(bytes32 name, uint256 value);
    error NotKeeper(address account);
    error CloseTooSoon(uint256 earliest);
    /// @notice A forecast of this close would be stale before it came.
    error CloseStale(uint256 closedAt);
    error QuestionPending(bytes32 requestId, RequestStatus status);
    error AnswerUnknown(bytes32 requestId);
    error AnswerNotFinal(bytes32 requestId);
    error AnswerStale(bytes32 requestId, uint256 answeredAt);
    error OutputLengthWrong(uint256 length, uint256 expected);
    error ForecastNotPositive(int256 volatility);

    modifier onlyKeeper() {
        require(msg.sender == keeper, NotKeeper(msg.sender));
        _;
    }

    /// @param history Returns of the days before, the oldest first; deploy at a close.
    constructor(
        address initialOwner,
        address initialCoordinator,
        address initialKeeper,
        Settings memory settings,
        ForecastTerms memory initialTerms,
        int16[DAYS] memory history
    )
        ERC20("Assay volatility vault", "AVV")
        IndexVault(settings.index)
        InferenceConsumer(initialOwner, initialCoordinator)
    {
        uint256 target = settings.targetBps;
        uint256 stale = settings.staleSeconds;
        require(target > 0 && target <= BPS, SettingInvalid("targetBps", target));
        require(settings.capBps <= BPS, SettingInvalid("capBps", settings.capBps));
        require(stale > 0 && stale <= LONGEST_STALE_SECONDS, SettingInvalid("staleSeconds", stale));

        releaseId = settings.releaseId;
        level = settings.level;
        targetBps = target;
        capBps = settings.capBps;
        staleSeconds = stale;
        _returns = history;
        closedAt = block.timestamp;
        closePrice = _indexPrice();
        _setKeeper(initialKeeper);
        _setTerms(initialTerms);
    }

    /* OWNER */

    function setKeeper(address newKeeper) external onlyOwner {
        _setKeeper(newKeeper);
    }

    function setTerms(ForecastTerms calldata newTerms) external onlyOwner {
        _setTerms(newTerms);
    }

    /* KEEPER */

    /// @notice Adds the index's return since the last close. Once per trading day, by the keeper: days on
    /// which nothing is traded are no days to the model, and two days in one return look like a wild one.
    function recordClose() external onlyKeeper {
        uint256 earliest = closedAt + LEAST_CLOSE_SECONDS;
        require(block.timestamp >= earliest, CloseTooSoon(earliest));
        uint256 price = _indexPrice();

        int256 change = _returnBps(closePrice, price);
        _returns[_oldest] = int16(change);
        _oldest = (_oldest + 1) % DAYS;
        closePrice = price;
        closedAt = block.timestamp;
        emit CloseRecorded(price, change);
    }

    /// @notice Asks for a forecast of the days after the last close. One question at a time; a new one as
    /// soon as the last has ended, however it did. What is sent along, and what the vault holds at the
    /// coordinator, pays for it; assets of the vault never do.
    function askForecast() external payable onlyKeeper returns (bytes32 requestId) {
        require(block.timestamp < closedAt + staleSeconds, CloseStale(closedAt));
        _requireNoneOpen(question.requestId);

        requestId = _requestInference(
            releaseId,
            level,
            forecastInput(),
            _requestTerms(),
            msg.value
        );
        question = Question({
            requestId: requestId,
            askedAt: uint40(block.timestamp),
            closedAt: uint40(closedAt)
        });
        emit ForecastAsked(requestId, closedAt);
    }

    /* ANYONE */

    /// @inheritdoc IndexVault
    function exposureBps() public view override returns (uint256) {
        Forecast memory latest = forecast;
        if (block.timestamp >= latest.closedAt + staleSeconds) return 0;

        uint256 volatilityBps = uint256(latest.volatility) * BPS_PER_PERCENT;
        return Math.min(capBps, ((targetBps * BPS) << FRACTION_BITS) / volatilityBps);
    }

    /// @notice What the next question will hold: the last returns, the oldest first.
    function forecastInput() public view returns (bytes memory) {
        int256[] memory ordered = new int256[](DAYS);
        for (uint256 i = 0; i < DAYS; ++i) ordered[i] = _returns[(_oldest + i) % DAYS];
        return TensorLib.packInts(ordered, WIDTH);
    }

    /* ANSWER */

    /// @dev Only keeps the forecast: `rebalance` trades, with as much gas as that takes. What reverts here
    /// is paid all the same, and the keeper may ask again.
    function _onInference(
        bytes32 requestId,
        bytes calldata output,
        uint256 answeredAt,
        bool isFinal
    ) internal override {
        Question memory asked = question;
        require(requestId != 0 && requestId == asked.requestId, AnswerUnknown(requestId));
        require(isFinal, AnswerNotFinal(requestId));
        // A callback may be retried long after its answer: what counts is the age of the last close in it.
        require(
            answeredAt >= asked.askedAt && block.timestamp < asked.closedAt + staleSeconds,
            AnswerStale(requestId, answeredAt)
        );
        require(output.length == WIDTH, OutputLengthWrong(output.length, WIDTH));
        int256 volatility = TensorLib.readInt(output, WIDTH, 0);
        require(volatility > 0, ForecastNotPositive(volatility));

        delete question;
        forecast = Forecast({
            volatility: uint16(uint256(volatility)),
            answeredAt: uint40(answeredAt),
            closedAt: asked.closedAt
        });
        emit ForecastReceived(requestId, uint256(volatility));
    }

    function _requestTerms() private view returns (Terms memory) {
        ForecastTerms memory allowed = terms;
        return
            Terms({
                maxFee: allowed.maxFee,
                maxGasPrice: allowed.maxGasPrice,
                callbackGas: allowed.callbackGas,
                deadline: block.timestamp + allowed.lifetimeSeconds,
                delivery: Delivery.WhenFinal,
                minBond: allowed.minBond,
                minGrade: allowed.minGrade,
                operatorId: allowed.operatorId,
                measurement: 0
            });
    }

    /// @dev A coordinator that succeeded another does not know the earlier one's questions: status None.
    function _requireNoneOpen(bytes32 requestId) private view {
        RequestStatus status = IInferenceRequests(coordinator).requestStatus(requestId);
        require(
            status == RequestStatus.None || status >= RequestStatus.Finalized,
            QuestionPending(requestId, status)
        );
    }

    /// @dev floor((price / before − 1) · 10,000 + ½), as the model was trained; saturated to int16.
    function _returnBps(uint256 before, uint256 price) private pure returns (int256) {
        uint256 ratio = Math.mulDiv(price, 2 * BPS, before);
        int256 change = int256((ratio + 1) / 2) - int256(BPS);
        return change > type(int16).max ? type(int16).max : change;
    }

    function _setKeeper(address newKeeper) private {
        keeper = newKeeper;
        emit KeeperSet(newKeeper);
    }

    function _setTerms(ForecastTerms memory newTerms) private {
        terms = newTerms;
        emit TermsSet(newTerms);
    }
}
