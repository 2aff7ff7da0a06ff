#!/usr/bin/env python3
"""The libraries that Cordon's learning is measured against, on the same rows. Prints JSON.

    peers.py split IN.csv[.gz] TRAIN.csv TEST.csv --by COLUMN   each class's first 70 % by time, or at random (seed 1)
    peers.py supervised TRAIN.csv TEST.csv --label L --drop A,B scikit-learn HistGradientBoosting and XGBoost
    peers.py adbench FOLDER --rows 30000                        PyOD's IForest, ECOD, COPOD, HBOS, KNN, PCA, transductive
    peers.py speed                                              isolation forest, 100 x 256 over 32 features
    peers.py shap                                               exact contributions of a small tree, to compare by hand

Needs numpy, scikit-learn, pyod, xgboost, pandas, shap (PyPI), each only where it is used.
"""
import argparse
import json
import os
import time

import numpy as np


def split(arguments):
    import pandas

    table = pandas.read_csv(arguments.input, skipinitialspace=True)
    if arguments.by:
        # Within each class: in ToN-IoT all attacks come after all normal rows, and a plain cut would judge one class.
        table = table.sort_values(arguments.by, kind="stable")
        chosen = (table.groupby("label").cumcount() < 0.7 * table.groupby("label")["label"].transform("size")).to_numpy()
        train, test = table[chosen], table[~chosen]
    else:
        chosen = np.random.default_rng(1).random(len(table)) < 0.7
        train, test = table[chosen], table[~chosen]
    train.to_csv(arguments.train, index=False)
    test.to_csv(arguments.test, index=False)
    return {"train": len(train), "test": len(test), "train_bad": int(train["label"].sum()), "test_bad": int(test["label"].sum())}


def supervised(arguments):
    import pandas
    import xgboost
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import f1_score, roc_auc_score

    dropped = [name for name in arguments.drop.split(",") if name]
    train, test = (pandas.read_csv(path, skipinitialspace=True).drop(columns=dropped) for path in (arguments.train, arguments.test))
    truth = train.pop(arguments.label), test.pop(arguments.label)
    both = pandas.concat([train, test])
    for column in both.columns:
        if not pandas.api.types.is_numeric_dtype(both[column]):
            both[column] = both[column].astype(str).str.strip().astype("category").cat.codes
    rows = both.iloc[: len(train)].to_numpy(float), both.iloc[len(train) :].to_numpy(float)
    found = {}
    for name, model in (
        ("HistGradientBoosting", HistGradientBoostingClassifier(random_state=1)),
        ("XGBoost", xgboost.XGBClassifier(random_state=1, n_jobs=1)),
    ):
        start = time.perf_counter()
        model.fit(rows[0], truth[0])
        seconds = time.perf_counter() - start
        scores = model.predict_proba(rows[1])[:, 1]
        found[name] = {
            "auroc": roc_auc_score(truth[1], scores) if truth[1].nunique() == 2 else None,
            "macro_f1": f1_score(truth[1], scores > 0.5, average="macro"),
            "train_seconds": seconds,
        }
    return found


def adbench(arguments):
    from pyod.models.copod import COPOD
    from pyod.models.ecod import ECOD
    from pyod.models.hbos import HBOS
    from pyod.models.iforest import IForest
    from pyod.models.knn import KNN
    from pyod.models.pca import PCA
    from sklearn.metrics import average_precision_score, roc_auc_score

    models = {"IForest": lambda: IForest(random_state=1), "ECOD": ECOD, "COPOD": COPOD, "HBOS": HBOS, "KNN": KNN, "PCA": PCA}
    found = {}
    for name in sorted(os.listdir(arguments.folder)):
        with np.load(os.path.join(arguments.folder, name)) as archive:
            rows, truth = archive["X"].astype(float), archive["y"]
        if len(rows) > arguments.rows:
            chosen = np.random.default_rng(1).choice(len(rows), arguments.rows, replace=False)
            rows, truth = rows[chosen], truth[chosen]
        deviation = rows.std(axis=0)
        rows = (rows - rows.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
        found[name] = {}
        for model, make in models.items():
            try:
                scores = np.nan_to_num(make().fit(rows).decision_scores_)
            except (ValueError, np.linalg.LinAlgError) as error:
                found[name][model] = {"error": str(error)}
                continue
            found[name][model] = {
                "auroc": roc_auc_score(truth, scores),
                "average_precision": average_precision_score(truth, scores),
            }
    means = {
        model: {key: float(np.mean([found[name][model][key] for name in found if key in found[name][model]])) for key in ("auroc", "average_precision")}
        for model in models
    }
    return {"sets": found, "means": means}


def speed(_):
    from sklearn.ensemble import IsolationForest

    rows = np.random.default_rng(1).normal(size=(100_000, 32)).astype(np.float32)
    start = time.perf_counter()
    forest = IsolationForest(n_estimators=100, max_samples=256, random_state=1, n_jobs=1).fit(rows)
    fit = time.perf_counter() - start
    start = time.perf_counter()
    forest.score_samples(rows)
    batch = time.perf_counter() - start
    start = time.perf_counter()
    for row in rows[:20]:
        forest.score_samples(row[None])
    single = (time.perf_counter() - start) / 20
    return {"fit_seconds": fit, "batch_microseconds_a_row": batch * 10, "single_microseconds_a_row": single * 1e6}


def shap(_):
    import shap as library
    from sklearn.tree import DecisionTreeRegressor

    # Two features, and a tree that any reader can compute by hand.
    rows = np.array([[x, y] for x in (0.0, 1.0) for y in (0.0, 1.0)])
    tree = DecisionTreeRegressor(random_state=1).fit(rows, np.array([0.0, 1.0, 2.0, 5.0]))
    explainer = library.TreeExplainer(tree)
    return {"rows": rows.tolist(), "expected": float(np.ravel(explainer.expected_value)[0]), "contributions": explainer.shap_values(rows).tolist()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("split")
    command.add_argument("input")
    command.add_argument("train")
    command.add_argument("test")
    command.add_argument("--by")
    command.set_defaults(run=split)
    command = commands.add_parser("supervised")
    command.add_argument("train")
    command.add_argument("test")
    command.add_argument("--label", default="label")
    command.add_argument("--drop", default="")
    command.set_defaults(run=supervised)
    command = commands.add_parser("adbench")
    command.add_argument("folder")
    command.add_argument("--rows", type=int, default=30_000)
    command.set_defaults(run=adbench)
    commands.add_parser("speed").set_defaults(run=speed)
    commands.add_parser("shap").set_defaults(run=shap)
    arguments = parser.parse_args()
    print(json.dumps(arguments.run(arguments), indent=2))


if __name__ == "__main__":
    main()
