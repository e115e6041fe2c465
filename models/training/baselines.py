"""What a forecast of the next days' variance has to be compared with. All in squared percent a day."""

import numpy as np
from arch import arch_model

from .index_returns import HORIZON

RISK_METRICS_DECAY = 0.94


def last_days(returns: np.ndarray, days: int) -> np.ndarray:
    """Mean squared return of the last days: nothing is forecast."""
    squares = returns**2 / 10_000
    sums = np.concatenate([[0], np.cumsum(squares)])
    end = np.arange(1, len(returns) + 1)
    start = np.maximum(0, end - days)
    return (sums[end] - sums[start]) / (end - start)


def exponential(returns: np.ndarray) -> np.ndarray:
    """RiskMetrics 1996: an exponential average of squared returns, without parameters to fit."""
    squares = returns**2 / 10_000
    value, values = squares[:20].mean(), np.empty(len(returns))
    for day, square in enumerate(squares):
        value = RISK_METRICS_DECAY * value + (1 - RISK_METRICS_DECAY) * square
        values[day] = value
    return values


def garch(returns: np.ndarray, fitted_days: int, is_asymmetric: bool) -> np.ndarray:
    """GARCH(1,1), or GJR-GARCH, whose losses weigh differently.

    Fitted to the first `fitted_days`, then filtered on with these parameters: what a forecast knows
    is what was known on its evening. Mean of the variances forecast for each of the HORIZON days.
    """
    percent = returns / 100
    model = arch_model(percent[:fitted_days], p=1, o=int(is_asymmetric), q=1)
    fitted = model.fit(disp="off").params
    mean, omega, beta = fitted["mu"], fitted["omega"], fitted["beta[1]"]
    alpha, gamma = fitted["alpha[1]"], fitted.get("gamma[1]", 0.0)
    persistence = alpha + beta + gamma / 2
    settled = omega / (1 - persistence)
    share = np.mean(persistence ** np.arange(HORIZON))
    value, values = percent[:fitted_days].var(), np.empty(len(returns))
    for day, surprise in enumerate(percent - mean):
        value = omega + (alpha + gamma * (surprise < 0)) * surprise**2 + beta * value
        values[day] = settled + (value - settled) * share + mean**2
    return values
