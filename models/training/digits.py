"""The UCI handwritten digits, split once and for all, and their distortions for training."""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits

SPLIT_SEED = 2026
HELD_OUT = 200
VALIDATION = 200


@dataclass(frozen=True)
class Part:
    """Images (count, 1, 8, 8) with pixels 0 to 16, and their labels."""

    images: np.ndarray
    labels: np.ndarray


def split() -> tuple[Part, Part, Part]:
    """Training, validation and held-out images. Nothing is ever chosen by the held-out ones."""
    digits = load_digits()
    images = digits.images.reshape(-1, 1, 8, 8)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(images))
    parts = np.split(order, [HELD_OUT, HELD_OUT + VALIDATION])
    held_out, validation, training = (Part(images[p], digits.target[p]) for p in parts)
    return training, validation, held_out


def distort(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Moves each image by up to a pixel, turns it by up to 12 degrees, scales it by up to 10%."""
    count = len(images)
    angle = np.deg2rad(rng.uniform(-12, 12, (count, 1)))
    scale = rng.uniform(0.9, 1.1, (count, 1))
    shift_y, shift_x = rng.uniform(-1, 1, (2, count, 1))
    y, x = (grid.reshape(1, 64) - 3.5 for grid in np.mgrid[0:8, 0:8])
    from_y = scale * (np.cos(angle) * y - np.sin(angle) * x) + 3.5 + shift_y
    from_x = scale * (np.sin(angle) * y + np.cos(angle) * x) + 3.5 + shift_x
    moved = bilinear(images.reshape(count, 8, 8), from_y, from_x)
    return np.round(moved).reshape(count, 1, 8, 8)


def bilinear(images: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Reads each image at the points (y, x); outside an image all is blank."""
    blank = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    y, x = np.clip(y + 2, 0, 10.999), np.clip(x + 2, 0, 10.999)
    top, left = y.astype(int), x.astype(int)
    down, right = y - top, x - left
    row = np.arange(len(images))[:, None]
    return (
        blank[row, top, left] * (1 - down) * (1 - right)
        + blank[row, top + 1, left] * down * (1 - right)
        + blank[row, top, left + 1] * (1 - down) * right
        + blank[row, top + 1, left + 1] * down * right
    )
