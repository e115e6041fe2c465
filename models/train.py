"""Trains both digit models and writes what a release is built from.

Run from this folder, in a virtual environment with requirements.txt, on Python 3.11:

    python train.py

The same machine writes the same files again. Sizes, decay and epochs were chosen on the validation
images. The held-out images are read once, for the accuracy printed at the end.
"""

import os

# More threads would change the order of sums, and with it the last bits of the weights.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import json
from pathlib import Path

import numpy as np

from training import onnx_file
from training.digits import Part, distort, split
from training.network import (
    Adam,
    Convolution,
    Dense,
    Flatten,
    MaxPool,
    Network,
    Relu,
    Scale,
    softmax,
)

HERE = Path(__file__).parent
BATCH = 64
TEACHERS = 4
SAMPLES = 64


def perceptron(rng: np.random.Generator) -> Network:
    return Network([Scale(), Flatten(), Dense(64, 32, rng), Relu(), Dense(32, 10, rng)])


def convolutional(rng: np.random.Generator, channels: int = 6, hidden: int = 24) -> Network:
    # ReLU after the pooling is the same function as before it, and a quarter of the circuit.
    convolution = [Scale(), Convolution(channels, rng), MaxPool(), Relu(), Flatten()]
    dense = [Dense(9 * channels, hidden, rng), Relu(), Dense(hidden, 10, rng)]
    return Network(convolution + dense)


def train(network: Network, data: Part, seed: int, epochs: int, rate: float, decay: float, teach):
    """One pass over distorted images per epoch, every fourth over the images as they are.

    `teach(images, labels)` gives the probabilities to learn.
    """
    rng = np.random.default_rng(seed)
    optimizer = Adam(network.parameters, decay)
    batches = len(data.images) // BATCH
    for epoch in range(epochs):
        images = distort(data.images, rng) if epoch % 4 else data.images
        targets = teach(images, data.labels)
        order = rng.permutation(len(images))
        for index in range(batches):
            batch = order[index * BATCH : (index + 1) * BATCH]
            wrong = softmax(network.logits(images[batch])) - targets[batch]
            progress = (epoch * batches + index) / (epochs * batches)
            gradients = network.learn(wrong / BATCH)
            optimizer.step(gradients, rate * 0.5 * (1 + np.cos(np.pi * progress)))
    return network


def smoothed(_images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return np.eye(10)[labels] * 0.95 + 0.005


def accuracy(network: Network, data: Part) -> float:
    return float((network.logits(data.images).argmax(1) == data.labels).mean())


def rows(images: np.ndarray) -> list[list[int]]:
    return images.reshape(len(images), 64).astype(int).tolist()


def write_lines(path: Path, head: str, lines: list, tail: str) -> None:
    body = ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines)
    path.write_text(f"{head}\n{body}\n{tail}\n")


def main() -> None:
    training, validation, held_out = split()

    teachers = []
    for seed in range(1, TEACHERS + 1):
        large = convolutional(np.random.default_rng(seed), channels=32, hidden=64)
        teachers.append(train(large, training, seed, 150, 3e-3, 0.02, smoothed))
        print(f"teacher {seed}: validation {accuracy(large, validation):.3f}", flush=True)

    def ensemble(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        opinions = sum(softmax(teacher.logits(images)) for teacher in teachers) / TEACHERS
        return 0.2 * smoothed(images, labels) + 0.8 * opinions

    for name, build in {"digits-mlp": perceptron, "digits-cnn": convolutional}.items():
        network = build(np.random.default_rng(7))
        train(network, training, 8, 300, 4e-3, 0.1, ensemble)
        folder = HERE / name
        onnx_file.write(network, name, str(folder / "model.onnx"))
        samples = [[row] for row in rows(training.images[:SAMPLES])]
        write_lines(folder / "samples.json", "[", samples, "]")
        pairs = zip(rows(held_out.images), held_out.labels.tolist())
        examples = [{"label": label, "input": row} for row, label in pairs]
        write_lines(folder / "heldout.json", "[", examples, "]")
        parts = {"training": training, "validation": validation, "held out": held_out}
        print(name, {part: accuracy(network, data) for part, data in parts.items()}, flush=True)


if __name__ == "__main__":
    main()
