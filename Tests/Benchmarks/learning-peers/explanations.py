"""What each feature carries of a score, beside shap on the same trees and rows."""

import json

import numpy as np
from report import Table

ROWS, COLUMNS, JUDGED = 4000, 6, 40
TOLERANCE = 1e-5


def data(seed):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    labels = (rows[:, 0] * rows[:, 1] + rows[:, 2] + random.normal(0, 0.3, ROWS) > 1).astype(int)
    return rows, labels


def trees_of(path):
    """The trees of an ONNX file as shap takes them, each child with half of its parent's weight."""
    import onnx

    graph = onnx.load(path).graph
    node = next(node for node in graph.node if node.op_type.startswith("TreeEnsemble"))
    fields = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    kind = "class" if node.op_type.endswith("Classifier") else "target"
    values = {}
    for tree, leaf, weight in zip(fields[f"{kind}_treeids"], fields[f"{kind}_nodeids"], fields[f"{kind}_weights"]):
        values[tree, leaf] = weight
    found = {}
    for index, (tree, place) in enumerate(zip(fields["nodes_treeids"], fields["nodes_nodeids"])):
        found.setdefault(tree, {})[place] = index
    trees = []
    for tree, places in found.items():
        order = {place: number for number, place in enumerate(sorted(places))}
        left, right, feature, threshold, value = [], [], [], [], []
        weights = np.zeros(len(order))
        for place in order:
            index = places[place]
            is_leaf = fields["nodes_modes"][index] == b"LEAF"
            left.append(-1 if is_leaf else order[fields["nodes_truenodeids"][index]])
            right.append(-1 if is_leaf else order[fields["nodes_falsenodeids"][index]])
            feature.append(-2 if is_leaf else fields["nodes_featureids"][index])
            threshold.append(-2.0 if is_leaf else fields["nodes_values"][index])
            value.append([values.get((tree, place), 0.0) if is_leaf else 0.0])
        weights[0] = 1
        for number in range(len(order)):
            for child in (left[number], right[number]):
                if child >= 0:
                    weights[child] = weights[number] / 2
        trees.append(
            {
                "children_left": np.array(left),
                "children_right": np.array(right),
                "children_default": np.array(right),
                "features": np.array(feature),
                "thresholds": np.array(threshold, float),
                "values": np.array(value, float),
                "node_sample_weight": weights,
            }
        )
    return trees


def ours(bench, model, rows):
    path = bench.work / "explained.f32"
    rows.astype(np.float32).tofile(path)
    found = json.loads(bench.run("cordon-bench", "contributions", "--model", model, "--rows", path))
    return np.array(found["contributions"]), found["milliseconds"]


def agreement(found, expected):
    """Largest difference by the largest part, share of rows whose first feature is the same, and correlation."""
    return {
        "difference": float(np.abs(found - expected).max() / np.abs(expected).max()),
        "first": float(np.mean(np.argmax(found, axis=1) == np.argmax(expected, axis=1))),
        "correlation": float(np.corrcoef(found.ravel(), expected.ravel())[0, 1]),
    }


def judge(bench):
    import shap
    from skl2onnx import to_onnx
    from sklearn.ensemble import GradientBoostingClassifier, IsolationForest

    rows, labels = data(1)
    names = [f"x{column}" for column in range(COLUMNS)]
    table = bench.work / "explained.csv"
    np.savetxt(table, np.c_[rows, labels], delimiter=",", header=",".join([*names, "label"]), comments="", fmt="%.9g")
    model, graph = bench.new("explained.model"), bench.new("explained.onnx")
    bench.lab(
        "fit", "--train", table, "--label", "label", "--supervision", "full", "--model", "boosted-trees", "--out", model
    )
    bench.lab("export", model, "--out", graph)
    judged = rows[:JUDGED]
    found, milliseconds = ours(bench, model, judged)
    same = agreement(found, shap.TreeExplainer({"trees": trees_of(graph)}).shap_values(judged.astype(float)))
    result = {"boosted trees, the same trees and weights": same | {"milliseconds": milliseconds}}
    others = {
        "scikit-learn's boosted trees, shap with its row counts": GradientBoostingClassifier(random_state=1).fit(
            rows, labels
        ),
        "scikit-learn's isolation forest, shap with its row counts": IsolationForest(
            max_samples=256, random_state=1
        ).fit(rows),
    }
    strange = np.vstack([judged, judged * 3])
    for name, other in others.items():
        graph.write_bytes(to_onnx(other, rows[:1], target_opset={"": 18, "ai.onnx.ml": 3}).SerializeToString())
        model.unlink()
        bench.lab("import", graph, "--out", model)
        found, milliseconds = ours(bench, model, strange)
        expected = shap.TreeExplainer(other).shap_values(strange.astype(float))
        # An isolation forest's shap explains the length of the way, which falls as the score rises.
        sign = -1 if isinstance(other, IsolationForest) else 1
        result[name] = agreement(found, sign * expected) | {"milliseconds": milliseconds}
        if sign < 0:
            result[name].pop("difference")
    return result


def measure(bench, verdicts):
    found = bench.once("explanations", lambda: judge(bench))
    table = Table("contributions beside shap", "largest difference", "same first feature", "correlation", "ms a row")
    for name, result in found.items():
        difference = f"{result['difference']:.1e}" if "difference" in result else "another unit"
        table.add(name, difference, f"{result['first']:.0%}", result["correlation"], result["milliseconds"])
    exact = next(iter(found.values()))["difference"]
    verdicts.add(
        "boosted trees' contributions, largest difference from shap",
        f"{exact:.1e}",
        "0",
        "1e-5",
        exact <= TOLERANCE,
        gap=f"{exact:.1e}",
        idea="weights of nodes in Doubles",
    )
    return table
