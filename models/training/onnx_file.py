"""Writes a trained network as a float ONNX file."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .network import Convolution, Dense, Flatten, MaxPool, Network, Relu, Scale


def write(network: Network, name: str, path: str) -> None:
    nodes, constants, value = [], [], "image"

    def constant(title: str, values: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(values.astype(np.float32), title))
        return title

    for index, layer in enumerate(network.layers):
        result = "logits" if layer is network.layers[-1] else f"value{index}"
        inputs, kind, attributes = [value], type(layer).__name__, {}
        match layer:
            case Scale():
                kind = "Mul"
                inputs.append(constant("pixelScale", np.array(1 / 16)))
            case Dense():
                kind = "Gemm"
                inputs.append(constant(f"weights{index}", layer.weights))
                inputs.append(constant(f"bias{index}", layer.bias))
            case Convolution():
                kind, attributes = "Conv", {"kernel_shape": [3, 3]}
                inputs.append(constant(f"kernel{index}", layer.kernel))
                inputs.append(constant(f"bias{index}", layer.bias))
            case MaxPool():
                attributes = {"kernel_shape": [2, 2], "strides": [2, 2]}
            case Relu() | Flatten():
                pass
        nodes.append(helper.make_node(kind, inputs, [result], f"{kind}{index}", **attributes))
        value = result

    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 8, 8])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])
    graph = helper.make_graph(nodes, name, [image], [logits], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
