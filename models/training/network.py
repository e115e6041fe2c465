"""The layers that the models need, with their gradients, in plain numpy."""

import numpy as np


class Scale:
    """Pixels 0 to 16 become 0 to 1."""

    parameters: list[np.ndarray] = []

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x / 16

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        return gradient / 16


class Flatten:
    parameters: list[np.ndarray] = []

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        return gradient.reshape(self.shape)


class Relu:
    parameters: list[np.ndarray] = []

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.positive = x > 0
        return x * self.positive

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        return gradient * self.positive


class Dense:
    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator):
        self.weights = rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs))
        self.bias = np.zeros(outputs)
        self.parameters = [self.weights, self.bias]

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        self.gradients = [self.x.T @ gradient, gradient.sum(0)]
        return gradient @ self.weights.T


class Convolution:
    """3 by 3, stride 1, no padding: the first layer of a network, on one channel."""

    def __init__(self, channels: int, rng: np.random.Generator):
        self.kernel = rng.normal(0, np.sqrt(2 / 9), (channels, 1, 3, 3))
        self.bias = np.zeros(channels)
        self.parameters = [self.kernel, self.bias]

    def forward(self, x: np.ndarray) -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(x[:, 0], (3, 3), (1, 2))
        self.windows = windows.reshape(len(x), 36, 9)
        sums = self.windows @ self.kernel.reshape(-1, 9).T + self.bias
        return sums.transpose(0, 2, 1).reshape(len(x), -1, 6, 6)

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        columns = gradient.reshape(*gradient.shape[:2], 36)
        kernel = np.tensordot(columns, self.windows, ([0, 2], [0, 1]))
        self.gradients = [kernel.reshape(self.kernel.shape), columns.sum((0, 2))]
        return gradient  # the input of the first layer needs none


class MaxPool:
    """2 by 2, stride 2."""

    parameters: list[np.ndarray] = []

    def forward(self, x: np.ndarray) -> np.ndarray:
        count, channels, height, width = x.shape
        self.shape = x.shape
        blocks = x.reshape(count, channels, height // 2, 2, width // 2, 2)
        blocks = blocks.transpose(0, 1, 2, 4, 3, 5).reshape(*blocks.shape[:3], width // 2, 4)
        self.chosen = np.eye(4)[blocks.argmax(-1)]
        return blocks.max(-1)

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        count, channels, height, width = self.shape
        blocks = (gradient[..., None] * self.chosen).reshape(*gradient.shape, 2, 2)
        return blocks.transpose(0, 1, 2, 4, 3, 5).reshape(count, channels, height, width)


class Network:
    def __init__(self, layers: list):
        self.layers = layers

    def logits(self, images: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            images = layer.forward(images)
        return images

    def learn(self, gradient: np.ndarray) -> list[np.ndarray]:
        """Gradients of all parameters, in the order of `parameters`."""
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return [g for layer in self.layers if layer.parameters for g in layer.gradients]

    @property
    def parameters(self) -> list[np.ndarray]:
        return [p for layer in self.layers for p in layer.parameters]


class Adam:
    """Adam with decoupled weight decay, which keeps weights (and so integer sums) small."""

    def __init__(self, parameters: list[np.ndarray], decay: float):
        self.parameters, self.decay, self.step_count = parameters, decay, 0
        self.mean = [np.zeros_like(p) for p in parameters]
        self.square = [np.zeros_like(p) for p in parameters]

    def step(self, gradients: list[np.ndarray], rate: float) -> None:
        self.step_count += 1
        t = self.step_count
        for p, g, mean, square in zip(self.parameters, gradients, self.mean, self.square):
            mean += 0.1 * (g - mean)
            square += 0.001 * (g * g - square)
            step = (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)
            p -= rate * (step + (self.decay * p if p.ndim > 1 else 0))


def softmax(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    return exponentials / exponentials.sum(1, keepdims=True)
