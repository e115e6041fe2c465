// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICoordinatorRegistries} from "../interfaces/ICoordinatorRegistries.sol";
import {CoordinatorState} from "./CoordinatorState.sol";

/// @notice The registries of a coordinator, told to whoever knows only its address.
abstract contract Registries is ICoordinatorRegistries, CoordinatorState {
    /// @inheritdoc ICoordinatorRegistries
    function modelRegistry() external view returns (address) {
        return address(_modelRegistry);
    }

    /// @inheritdoc ICoordinatorRegistries
    function operatorRegistry() external view returns (address) {
        return address(_operatorRegistry);
    }
}
