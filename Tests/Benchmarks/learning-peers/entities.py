"""CERT r4.2: users' days after their first sixty, judged without labels, beside a spreadsheet's way and a forest."""

import numpy as np
from report import Table

BUDGETS = (1, 5, 20)
TRAINING_DAYS = 60
QUICK_USERS = 12
ADDED_DEVIATION = 0.1
MAPPING = "deploy/lab/cert-r4.2.yaml"


def user_days(events, labels):
    """The mapping's features counted anew from the raw events; one row a user and day with any event."""
    import pandas

    events["day"] = pandas.to_datetime(events["date"])
    moment = pandas.to_datetime(events["time"], format="%m/%d/%Y %H:%M:%S")
    events["off"] = (moment.dt.hour >= 19) | (moment.dt.hour < 7)
    key = ["user", "day"]
    columns = {}
    for kind in ("logon", "device", "file", "http", "email"):
        rows = events[events["type"] == kind]
        columns[kind] = rows.groupby(key).size()
        columns[f"{kind} off hours"] = rows[rows["off"]].groupby(key).size()
    columns["computers"] = events.groupby(key)["pc"].nunique()
    first = events.sort_values("day").drop_duplicates(["user", "pc"])
    columns["new computers"] = first.groupby(key).size()
    days = pandas.DataFrame(columns).fillna(0).reset_index()
    labels["day"] = pandas.to_datetime(labels["date"])
    days = days.merge(labels[["user", "day", "malicious"]], on=key, how="left").fillna({"malicious": 0})
    begin = days.groupby("user")["day"].transform("min")
    days["training"] = days["day"] < begin + pandas.Timedelta(days=TRAINING_DAYS)
    return days, list(columns)


def greatest_z_scores(days, columns):
    """By each user's mean and deviation over the training days, a tenth of a count added to the deviation."""
    training = days[days["training"]].groupby("user")[columns]
    users = days["user"]
    mean = training.mean().reindex(users).to_numpy()
    deviation = training.std(ddof=0).reindex(users).to_numpy()
    return ((days[columns].to_numpy() - mean) / (deviation + ADDED_DEVIATION)).max(axis=1)


def forest_scores(days, columns):
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(random_state=1).fit(days.loc[days["training"], columns].to_numpy())
    return -forest.score_samples(days[columns].to_numpy())


def quality(scores, bad, users):
    from sklearn.metrics import average_precision_score, roc_auc_score

    order = np.argsort(-scores, kind="stable")
    insiders = set(users[bad])
    found = []
    for budget in BUDGETS:
        alerts = order[: len(scores) * budget // 1000]
        found.append(len(set(users[alerts[bad[alerts]]])) / len(insiders))
    return {
        "auroc": float(roc_auc_score(bad, scores)),
        "average_precision": float(average_precision_score(bad, scores)),
        "found": found,
    }


def judge(bench):
    import pandas

    folder = bench.data / "cert-r4.2"
    events_path, labels_path = folder / "events_r4.2.csv.gz", folder / "user_day_labels.csv"
    events, labels = pandas.read_csv(events_path), pandas.read_csv(labels_path)
    if bench.quick:
        chosen = sorted(set(labels.loc[labels["malicious"] == 1, "user"]))[:QUICK_USERS]
        events, labels = (table[table["user"].isin(chosen)].copy() for table in (events, labels))
        events_path, labels_path = bench.work / "events.csv", bench.work / "labels.csv"
        events.to_csv(events_path, index=False)
        labels.to_csv(labels_path, index=False)
    ours = bench.lab(
        "entities",
        "--events",
        events_path,
        "--mapping",
        MAPPING,
        "--window",
        "1d",
        "--train-until",
        f"{TRAINING_DAYS}d",
        "--labels",
        labels_path,
    )
    days, columns = user_days(events, labels)
    judged = ~days["training"].to_numpy()
    bad, users = days["malicious"].to_numpy()[judged] == 1, days["user"].to_numpy()[judged]
    if judged.sum() != ours["windows"] or bad.sum() != ours["bad_windows"]:
        raise SystemExit(f"bench: {judged.sum()} user-days here, {ours['windows']} there: these are not the same rows")
    return {
        "rows": int(judged.sum()),
        "insiders": ours["bad_entities"],
        "Cordon": {
            "auroc": ours["auroc"],
            "average_precision": ours["average_precision"],
            "found": [point["share_of_entities"] for point in ours["found"]],
        },
        "greatest z-score a user": quality(greatest_z_scores(days, columns)[judged], bad, users),
        "isolation forest, raw counts": quality(forest_scores(days, columns)[judged], bad, users),
    }


def measure(bench, verdicts):
    found = bench.once("cert", lambda: judge(bench))
    names = [name for name in found if name not in ("rows", "insiders")]
    table = Table(
        f"CERT r4.2, {found['rows']:,} user-days",
        "AUROC",
        "average precision",
        *(f"of {found['insiders']} insiders at {budget} in 1,000" for budget in BUDGETS),
    )
    for name in names:
        result = found[name]
        table.add(name, result["auroc"], result["average_precision"], *(f"{share:.0%}" for share in result["found"]))
    ours = found["Cordon"]
    for key, aim in (("auroc", 0.97), ("average_precision", 0.65)):
        best = max(found[name][key] for name in names[1:])
        verdicts.add(
            f"CERT {key.replace('_', ' ').replace('auroc', 'AUROC')}",
            ours[key],
            best,
            f"above {aim}",
            ours[key] > aim,
            gap=f"{aim - ours[key]:.4f} short",
            idea="sequences of activities a day beside their counts",
        )
        verdicts.add(
            "the same, beside the best peer",
            ours[key],
            best,
            "at least the peer's",
            ours[key] >= best,
            gap=f"{best - ours[key]:.4f} short",
            idea="sequences of activities a day beside their counts",
        )
    return table
