"""Numenta Anomaly Benchmark, standard profile: one setting for all series.

Scoring as in Lavin & Ahmad, "Evaluating real-time anomaly detection algorithms" (2015), written here a second time,
apart from Cordon's own (StreamBenchmark.swift): it must give the null detector 0 and a random one about what is published.
"""

import csv
import json

import numpy as np
from report import Table

FALSE_WEIGHT = 0.11
PUBLISHED = {
    "ARTime": 74.9,
    "HTM": 70.5,
    "CAD-OSE": 69.9,
    "KNN-CAD": 58.0,
    "windowed Gaussian": 39.6,
    "random": 11.0,
    "null": 0.0,
}
AIM = 70.5
WINDOW = 6400


def sigmoid(position):
    return 2 / (1 + np.exp(np.minimum(5 * position, 700))) - 1 if position <= 3 else -1.0


def worths(rows, windows):
    """What an alert at each row is worth, and the window that it is in (-1 outside); nothing in the first 15 %."""
    worth, inside = np.full(rows, -FALSE_WEIGHT), np.full(rows, -1)
    for index, (first, last) in enumerate(windows):
        width = last - first + 1
        end = windows[index + 1][0] if index + 1 < len(windows) else rows
        for row in range(first, last + 1):
            worth[row] = sigmoid(-(last - row + 1) / width) / sigmoid(-1.0)
            inside[row] = index
        for row in range(last + 1, end):
            worth[row] = FALSE_WEIGHT * sigmoid((row - last) / max(width - 1, 1))
    return worth, inside, int(0.15 * min(rows, 5000))


def benchmark(all_scores, all_windows):
    """The best score over all thresholds: 100 for a perfect detector, 0 for one that never alerts."""
    events, first_window, counted = [], 0, set()
    for scores, windows in zip(all_scores, all_windows):
        worth, inside, probation = worths(len(scores), windows)
        for row in range(probation, len(scores)):
            window = first_window + inside[row] if inside[row] >= 0 else None
            if window is not None:
                counted.add(window)
            events.append((scores[row], worth[row], window))
        first_window += len(windows)
    events.sort(key=lambda event: -event[0])
    best = [-1.0] * first_window
    total = greatest = -float(len(counted))
    for index, (score, worth, window) in enumerate(events):
        if window is None:
            total += worth
        else:
            total += max(0.0, worth - best[window])
            best[window] = max(best[window], worth)
        if index + 1 == len(events) or events[index + 1][0] < score:
            greatest = max(greatest, total)
    return float(100 * (greatest + len(counted)) / (2 * len(counted)))


def read(bench):
    """Of each series its path, values and labelled windows as rows."""
    folder = bench.data / "nab"
    windows = json.loads((folder / "labels" / "combined_windows.json").read_text())
    names = sorted(windows)[::8] if bench.quick else sorted(windows)
    for name in names:
        path = folder / "data" / name
        with open(path, newline="") as file:
            rows = list(csv.reader(file))[1:]
        times = {row[0]: index for index, row in enumerate(rows)}
        spans = sorted(tuple(times[end.split(".")[0]] for end in window) for window in windows[name])
        yield path, np.array([float(row[1]) for row in rows]), spans


def gaussian_scores(values):
    """NAB's windowed Gaussian: 1 - Q(z) by mean and deviation of the last 6,400 values."""
    from math import erfc, sqrt

    found = []
    for row, value in enumerate(values):
        past = values[max(0, row - WINDOW) : row]
        deviation = past.std() if row else 0.0
        if row == 0:
            found.append(0.0)
            continue
        distance = abs(value - past.mean()) / (deviation if deviation > 0 else 1e-6)
        found.append(1 - 0.5 * erfc(distance / sqrt(2)))
    return found


def judge(bench):
    ours, random, null, gaussian, spans = [], [], [], [], []
    generator = np.random.default_rng(1)
    for path, values, windows in read(bench):
        out = bench.new("scores.csv")
        bench.run("cordon", "lab", "stream", "--input", path, "--time", "timestamp", "--value", "value", "--out", out)
        with open(out, newline="") as file:
            ours.append([float(row["score"]) for row in csv.DictReader(file)])
        random.append(generator.random(len(values)))
        null.append(np.zeros(len(values)))
        gaussian.append(gaussian_scores(values))
        spans.append(windows)
    scores = {"Cordon": ours, "windowed Gaussian": gaussian, "random": random, "null": null}
    return {name: benchmark(found, spans) for name, found in scores.items()} | {"series": len(spans)}


def measure(bench, verdicts):
    found = bench.once("nab", lambda: judge(bench))
    table = Table(f"NAB, standard profile, {found['series']} series", "here", "published")
    for name in ("Cordon", *PUBLISHED):
        table.add(name, *(f"{scores[name]:.1f}" if name in scores else "-" for scores in (found, PUBLISHED)))
    verdicts.add(
        "NAB, standard profile",
        round(found["Cordon"], 1),
        AIM,
        "above HTM's, as published",
        found["Cordon"] > AIM,
        gap=f"{AIM - found['Cordon']:.1f} below",
        idea="a forecast of the next value beside records of means",
    )
    return table
