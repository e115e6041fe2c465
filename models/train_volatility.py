"""Trains the volatility model, compares it with baselines, and writes what a release is built from.

Run from this folder, in a virtual environment with requirements.txt, on Python 3.11:

    python train_volatility.py

The same machine writes the same files again. Days, half-lives, hidden neurons and decay were chosen
on the validation years, with networks trained on the years before. Then the model and the GARCH
baselines were fitted once to all years up to 2012. The held-out years are read once, for the tables.
"""

import os

# More threads would change the order of sums, and with it the last bits of the weights.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import json
from pathlib import Path

import numpy as np

from training import baselines, volatility_file
from training.index_returns import (
    DAYS,
    HELD_OUT,
    HORIZON,
    TRAINING,
    VALIDATION,
    Part,
    Series,
    annual_percent,
    load,
    part,
)
from training.volatility_network import train

FOLDER = Path(__file__).parent / "volatility"
SEED = 7
SAMPLES = 64


def scores(variance: np.ndarray, forecast: np.ndarray) -> tuple[float, float, float]:
    """QLIKE of the variance; mean and mean square of ln(volatility / forecast volatility)."""
    ratio = variance / forecast
    logarithm = 0.5 * np.log(ratio)
    qlike = (ratio - np.log(ratio) - 1).mean()
    return float(qlike), float((logarithm**2).mean()), float(logarithm.mean())


def advantage(variance: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> float:
    """Diebold and Mariano's t: how many standard errors our mean QLIKE lies below theirs.

    The errors are Newey and West's, since weeks that overlap say nearly the same.
    """
    losses = [variance / forecast + np.log(forecast) for forecast in (theirs, ours)]
    difference = losses[0] - losses[1]
    centred = difference - difference.mean()
    count, lags = len(centred), 2 * HORIZON
    products = [centred[lag:] @ centred[: count - lag] / count for lag in range(lags + 1)]
    weights = 1 - np.arange(1, lags + 1) / (lags + 1)
    spread = products[0] + 2 * weights @ np.array(products[1:])
    return float(difference.mean() / np.sqrt(spread / count))


def compare(title: str, series: Series, fitted: Part, scored: Part) -> None:
    """A table of all forecasts for the days of `scored`, each fitted to nothing after `fitted`."""
    network = train(fitted.inputs, fitted.variance, SEED)
    known = fitted.days[-1] + HORIZON + 1
    returns = series.returns
    forecasts = {
        "last 5 days": baselines.last_days(returns, 5),
        "last 20 days": baselines.last_days(returns, 20),
        "EWMA, 0.94": baselines.exponential(returns),
        "GARCH(1,1)": baselines.garch(returns, known, is_asymmetric=False),
        "GJR-GARCH(1,1)": baselines.garch(returns, known, is_asymmetric=True),
    }
    rows = {name: values[scored.days] for name, values in forecasts.items()}
    rows["this model"] = np.exp(network.logits(scored.inputs)[:, 0])
    print(f"{title}: {len(scored.days)} days")
    for name, forecast in rows.items():
        qlike, square, mean = scores(scored.variance, forecast)
        line = f"  {name:15} QLIKE {qlike:.3f}  log MSE {square:.3f}  log mean {mean:+.3f}"
        if name in forecasts:
            line += f"  t {advantage(scored.variance, rows['this model'], forecast):+.1f}"
        print(line)
    print(flush=True)


def from_quiet_to_wild(inputs: np.ndarray, volatility: np.ndarray) -> np.ndarray:
    """Days from the quietest to the wildest forecast: they choose the integer model's scales."""
    order = np.argsort(volatility, kind="stable")
    return inputs[order[np.linspace(0, len(order) - 1, SAMPLES).astype(int)]]


def write_lines(path: Path, lines: list) -> None:
    body = ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines)
    path.write_text(f"[\n{body}\n]\n")


def main() -> None:
    series = load()
    training, validation = part(series, TRAINING), part(series, VALIDATION)
    until_2012, held_out = part(series, (TRAINING[0], VALIDATION[1])), part(series, HELD_OUT)
    compare("validation 2010-2012, fitted to 1999-2009", series, training, validation)
    compare("held out 2013-2018, fitted to 1999-2012", series, until_2012, held_out)
    for year in range(HELD_OUT[0], HELD_OUT[1] + 1):
        compare(f"of these {year}", series, until_2012, part(series, (year, year)))

    network = train(until_2012.inputs, until_2012.variance, SEED)
    volatility_file.write(network, DAYS, str(FOLDER / "model.onnx"))
    forecast = network.logits(until_2012.inputs)[:, 0]
    chosen = from_quiet_to_wild(until_2012.inputs, forecast)
    write_lines(FOLDER / "samples.json", [[row.astype(int).tolist()] for row in chosen])
    # Every fifth day: weeks that do not overlap.
    inputs, realised = held_out.inputs[::HORIZON], annual_percent(held_out.variance[::HORIZON])
    examples = [
        {"target": [round(float(target), 4)], "input": row.astype(int).tolist()}
        for row, target in zip(inputs, realised)
    ]
    write_lines(FOLDER / "heldout.json", examples)
    print(f"{len(chosen)} samples, {len(examples)} held-out weeks")


if __name__ == "__main__":
    main()
