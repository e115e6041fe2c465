// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBalanceLedger} from "./IBalanceLedger.sol";
import {ICoordinatorRegistries} from "./ICoordinatorRegistries.sol";
import {IInferenceAnswers} from "./IInferenceAnswers.sol";
import {IInferenceBatches} from "./IInferenceBatches.sol";
import {IInferenceDisputes} from "./IInferenceDisputes.sol";
import {IInferenceEndings} from "./IInferenceEndings.sol";
import {IInferenceRequests} from "./IInferenceRequests.sol";
import {IVerifierRouter} from "./IVerifierRouter.sol";

/// @notice Everything that can be called at a coordinator's address: takes requests, holds their fees,
/// accepts answers that come with evidence, settles disputes, calls back and pays. Requests and
/// answers are the coordinator's own code, the rest its extension's.
interface IInferenceCoordinator is
    IInferenceRequests,
    IInferenceAnswers,
    IInferenceEndings,
    IInferenceDisputes,
    IInferenceBatches,
    IBalanceLedger,
    IVerifierRouter,
    ICoordinatorRegistries
{}
