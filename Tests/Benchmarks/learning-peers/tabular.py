"""ADBench: detectors without labels, fit and judged on the same rows of each set."""

import numpy as np
from report import Table

SEED = 1
MOST_ROWS = 30_000
QUICK = ("14_glass.npz", "38_thyroid.npz", "4_breastw.npz")


def detectors():
    from pyod.models.copod import COPOD
    from pyod.models.ecod import ECOD
    from pyod.models.hbos import HBOS
    from pyod.models.iforest import IForest
    from pyod.models.knn import KNN
    from pyod.models.pca import PCA

    return {
        "IForest": lambda: IForest(random_state=SEED),
        "ECOD": ECOD,
        "COPOD": COPOD,
        "HBOS": HBOS,
        "KNN": KNN,
        "PCA": PCA,
    }


def standardised(path):
    """A set's rows, at most `MOST_ROWS` of them, each column with mean 0 and deviation 1."""
    with np.load(path) as archive:
        rows, truth = archive["X"].astype(float), archive["y"].ravel().astype(int)
    if len(rows) > MOST_ROWS:
        chosen = np.random.default_rng(SEED).choice(len(rows), MOST_ROWS, replace=False)
        rows, truth = rows[chosen], truth[chosen]
    deviation = rows.std(axis=0)
    return (rows - rows.mean(axis=0)) / np.where(deviation > 0, deviation, 1), truth


def judge_peers(rows, truth):
    from sklearn.metrics import average_precision_score, roc_auc_score

    found = {}
    for name, make in detectors().items():
        try:
            scores = np.nan_to_num(make().fit(rows).decision_scores_)
        except (ValueError, np.linalg.LinAlgError):
            # A set that a peer refuses is left out of its mean, and of the comparison with it.
            continue
        found[name] = {
            "auroc": float(roc_auc_score(truth, scores)),
            "average_precision": float(average_precision_score(truth, scores)),
        }
    return found


def judge(bench, path):
    rows, truth = standardised(path)
    written = bench.work / path.name
    np.savez(written, X=rows, y=truth)
    ours = bench.lab(
        "evaluate", "--train", written, "--label", "y", "--model", "auto", "--supervision", "none", "--seed", SEED
    )
    written.unlink()
    found = {"Cordon": {key: ours[key] for key in ("auroc", "average_precision")}}
    return found | judge_peers(rows, truth)


def interval(differences):
    """The mean difference and its 95 % percentile interval over resampled sets (Efron, Tibshirani 1993)."""
    draws = np.random.default_rng(SEED).choice(differences, (10_000, len(differences))).mean(axis=1)
    return float(differences.mean()), *map(float, np.quantile(draws, (0.025, 0.975)))


def measure(bench, verdicts):
    paths = sorted((bench.data / "adbench" / "npz").glob("*.npz"), key=lambda path: path.stat().st_size)
    if bench.quick:
        paths = [path for path in paths if path.name in QUICK]
    found = {path.name: bench.once(f"adbench {path.name}", lambda path=path: judge(bench, path)) for path in paths}
    names = ["Cordon", *detectors()]
    table = Table(
        "ADBench, transductive, means",
        "sets",
        "AUROC",
        "average precision",
        "Cordon's AUROC above it on the same sets, 95 %",
    )
    means = {}
    for name in names:
        sets = [result for result in found.values() if name in result]
        means[name] = [float(np.mean([result[name][key] for result in sets])) for key in ("auroc", "average_precision")]
        difference, low, high = interval(
            np.array([result["Cordon"]["auroc"] - result[name]["auroc"] for result in sets])
        )
        above = "-" if name == "Cordon" else f"{difference:+.4f} ({low:+.4f} to {high:+.4f})"
        table.add(name, len(sets), *means[name], above)
    best = max(names[1:], key=lambda name: means[name][0])
    most = max(names[1:], key=lambda name: means[name][1])
    ours = means["Cordon"]
    verdicts.add(
        "ADBench mean AUROC",
        ours[0],
        means[best][0],
        f"{best} + .02",
        ours[0] >= means[best][0] + 0.02,
        gap=f"{means[best][0] + 0.02 - ours[0]:.4f} short",
        idea="weights of members by their agreement on each set",
    )
    verdicts.add(
        "ADBench mean average precision",
        ours[1],
        means[most][1],
        f"above {most}",
        ours[1] > means[most][1],
        gap=f"{means[most][1] - ours[1]:.4f} short",
        idea="a sharper end of the members' common scale",
    )
    return table
