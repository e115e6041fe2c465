"""The layers of the volatility model that are fixed before training, and the training itself."""

import numpy as np

from .network import Adam, Dense, Network, Relu

HALF_LIVES_DAYS = (1, 3, 10)
HIDDEN = 8
BATCH = 64
EPOCHS = 40
RATE = 3e-3
DECAY = 1.0
# A wild week after a quiet forecast would outweigh all others of its batch.
STEEPEST = 5


class Averages:
    """Basis points become percent; gains and losses are averaged apart, recent days weighing more."""

    parameters: list[np.ndarray] = []

    def __init__(self, days: int):
        age = np.arange(days)[::-1, None]
        weights = 0.5 ** (age / np.array(HALF_LIVES_DAYS))
        self.weights = weights / weights.sum(0)

    def forward(self, x: np.ndarray) -> np.ndarray:
        percent = x / 100
        gains, losses = np.maximum(percent, 0), np.maximum(-percent, 0)
        return np.concatenate([gains @ self.weights, losses @ self.weights], 1)

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        return gradient  # nothing before it learns


class Standardize:
    """Every average gets mean 0 and deviation 1 on the training days."""

    parameters: list[np.ndarray] = []

    def __init__(self, averages: np.ndarray):
        self.mean, self.deviation = averages.mean(0), averages.std(0)

    def forward(self, x: np.ndarray) -> np.ndarray:
        return (x - self.mean) / self.deviation

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        return gradient / self.deviation


def train(inputs: np.ndarray, variance: np.ndarray, seed: int) -> Network:
    """A network whose output is the logarithm of the variance, trained on QLIKE.

    QLIKE, y/f − ln(y/f) − 1, is least on average where f is the expected variance, however noisy the
    few squared returns y are; its derivative by ln f is 1 − y/f.
    """
    rng = np.random.default_rng(seed)
    averages = Averages(inputs.shape[1])
    features = averages.forward(inputs)
    last = Dense(HIDDEN, 1, rng)
    last.bias[:] = np.log(variance.mean())
    learned = [Dense(features.shape[1], HIDDEN, rng), Relu(), last]
    network = Network([averages, Standardize(features), *learned])
    optimizer = Adam(network.parameters, DECAY)
    batches = len(inputs) // BATCH
    for epoch in range(EPOCHS):
        order = rng.permutation(len(inputs))
        for index in range(batches):
            batch = order[index * BATCH : (index + 1) * BATCH]
            forecast = np.exp(network.logits(inputs[batch])[:, 0])
            slope = np.clip(1 - variance[batch] / forecast, -STEEPEST, STEEPEST)
            progress = (epoch * batches + index) / (EPOCHS * batches)
            gradients = network.learn(slope[:, None] / BATCH)
            optimizer.step(gradients, RATE * 0.5 * (1 + np.cos(np.pi * progress)))
    return network
