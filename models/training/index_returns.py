"""Daily returns of the S&P 500 as a contract can count them, and the volatility that followed."""

from dataclasses import dataclass

import numpy as np
from arch.data import sp500

DAYS = 20
HORIZON = 5
TRADING_DAYS = 252
# Longer than any baseline's memory counts, so that all are scored on the same days.
WARM_UP = 126

TRAINING = (1999, 2009)
VALIDATION = (2010, 2012)
HELD_OUT = (2013, 2018)


@dataclass(frozen=True)
class Series:
    """Returns in whole basis points, close to close, and the year each day lies in."""

    returns: np.ndarray
    years: np.ndarray


@dataclass(frozen=True)
class Part:
    """Days of one span of years: what was known on each evening, and what came."""

    days: np.ndarray
    """Indices into the series."""
    inputs: np.ndarray
    """(count, DAYS) returns up to and with that day, the oldest first."""
    variance: np.ndarray
    """Mean squared return of the HORIZON days after it, in squared percent."""


def load() -> Series:
    close = sp500.load()["Close"]
    prices = close.to_numpy()
    returns = np.floor((prices[1:] / prices[:-1] - 1) * 10_000 + 0.5)
    return Series(returns, close.index.year.to_numpy()[1:])


def part(series: Series, years: tuple[int, int]) -> Part:
    """Only days whose forecast days lie in the span as well: no part sees another's returns as targets."""
    first, last = years
    returns = series.returns
    starts = range(WARM_UP, len(returns) - HORIZON)
    inside = [
        day
        for day in starts
        if first <= series.years[day] and series.years[day + HORIZON] <= last
    ]
    days = np.array(inside)
    inputs = np.stack([returns[day - DAYS + 1 : day + 1] for day in days])
    variance = np.array([(returns[day + 1 : day + 1 + HORIZON] ** 2).mean() for day in days])
    return Part(days, inputs, variance / 10_000)


def annual_percent(variance: np.ndarray) -> np.ndarray:
    """Volatility in percent a year from a variance in squared percent a day."""
    return np.sqrt(variance * TRADING_DAYS)
