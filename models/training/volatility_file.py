"""Writes the trained volatility network as a float ONNX file."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .index_returns import TRADING_DAYS
from .network import Network

# Basis points; no day of the data comes near it. A power of two saturates cheaply in a circuit.
LARGEST = 2047


def write(network: Network, days: int, path: str) -> None:
    """Returns in basis points in, volatility in percent a year out."""
    averages, standardize, first, _, second = network.layers
    constants = {
        "lowest": np.array(-LARGEST - 1),
        "highest": np.array(LARGEST),
        "weights": averages.weights / 100,
        "mean": standardize.mean,
        "deviation": standardize.deviation,
        "weights1": first.weights,
        "bias1": first.bias,
        "weights2": second.weights,
        "bias2": second.bias,
        "half": np.array(1 / 2),
        "annual": np.array(np.sqrt(TRADING_DAYS)),
    }
    steps = [
        ("Clip", ["returns", "lowest", "highest"], "changes"),
        ("Relu", ["changes"], "gains"),
        ("Sub", ["gains", "changes"], "losses"),
        ("MatMul", ["gains", "weights"], "averageGains"),
        ("MatMul", ["losses", "weights"], "averageLosses"),
        ("Concat", ["averageGains", "averageLosses"], "averages"),
        ("Sub", ["averages", "mean"], "centred"),
        ("Div", ["centred", "deviation"], "standard"),
        ("Gemm", ["standard", "weights1", "bias1"], "sums"),
        ("Relu", ["sums"], "hidden"),
        ("Gemm", ["hidden", "weights2", "bias2"], "logVariance"),
        ("Mul", ["logVariance", "half"], "logDaily"),
        ("Exp", ["logDaily"], "daily"),
        ("Mul", ["daily", "annual"], "volatility"),
    ]
    nodes = [
        helper.make_node(kind, inputs, [result], result, **({"axis": 1} if kind == "Concat" else {}))
        for kind, inputs, result in steps
    ]
    tensors = [
        numpy_helper.from_array(values.astype(np.float32), name)
        for name, values in constants.items()
    ]
    returns = helper.make_tensor_value_info("returns", TensorProto.FLOAT, ["batch", days])
    volatility = helper.make_tensor_value_info("volatility", TensorProto.FLOAT, ["batch", 1])
    graph = helper.make_graph(nodes, "volatility", [returns], [volatility], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
