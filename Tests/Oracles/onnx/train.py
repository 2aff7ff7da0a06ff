"""Trains one model of each framework, exports it to ONNX, and writes what its own framework says.

usage: train.py OUT [--tiny]

For each model: NAME.onnx, and NAME.csv with 1,000 seeded rows (40 with --tiny) and a last column `expected`: the
framework's own score, higher being stranger. Without --tiny also train.csv and rows.csv, for models that Cordon trains.
--tiny makes the fixtures of Tests/CordonONNXTests.
"""

import argparse
import os
import pathlib
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
warnings.filterwarnings("ignore")

import numpy
import onnx

TARGET = {"": 18, "ai.onnx.ml": 3}


class Workshop:
    """The data that all models are trained on, and where they go."""

    def __init__(self, out, tiny):
        self.out = pathlib.Path(out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.tiny = tiny
        self.columns = 5 if tiny else 16
        rows = 600 if tiny else 6000
        random = numpy.random.default_rng(20)
        self.train = self.rows(random, rows)
        self.labels = (self.train[:, 0] / 8 + self.train[:, 1] ** 2 + random.normal(0, 0.3, rows) > 1.5).astype(int)
        self.holey = self.train.copy()
        self.holey[random.random(self.train.shape) < 0.1] = numpy.nan
        self.vectors = self.rows(random, 40 if tiny else 1000)
        # Every tenth row is far out.
        self.vectors[::10] *= numpy.float32(30)

    def rows(self, random, count):
        """Columns of unlike scales, correlated in pairs."""
        rows = random.normal(size=(count, self.columns))
        rows[:, 1::2] += 0.7 * rows[:, ::2][:, : rows[:, 1::2].shape[1]]
        rows[:, 0] = rows[:, 0] * 8 + 3
        rows[:, 2] = numpy.expm1(numpy.abs(rows[:, 2]))
        return rows.astype(numpy.float32)

    def keep_rows(self):
        """The rows themselves, for models that Cordon trains."""
        names = [f"x{i}" for i in range(self.columns)]
        for name, rows, labels in (("train", self.train, self.labels), ("rows", self.vectors, None)):
            with open(self.out / f"{name}.csv", "w") as file:
                print(",".join(names + (["label"] if labels is not None else [])), file=file)
                for index, row in enumerate(rows):
                    cells = [repr(float(x)) for x in row]
                    print(",".join(cells + ([str(labels[index])] if labels is not None else [])), file=file)

    def keep(self, name, model, expected, vectors=None):
        vectors = self.vectors if vectors is None else vectors
        data = model if isinstance(model, bytes) else model.SerializeToString()
        (self.out / f"{name}.onnx").write_bytes(data)
        header = ",".join([f"x{i}" for i in range(vectors.shape[1])] + ["expected"])
        with open(self.out / f"{name}.csv", "w") as file:
            print(header, file=file)
            for row, value in zip(vectors, numpy.asarray(expected, dtype=numpy.float64).ravel()):
                cells = ["" if numpy.isnan(x) else repr(float(x)) for x in row]
                print(",".join(cells + [repr(float(value))]), file=file)
        print(f"trained {name}: {len(data)} bytes")


def keras_models(shop):
    import keras
    import tensorflow
    import tf2onnx

    keras.utils.set_random_seed(3)
    mean, deviation = shop.train.mean(axis=0), shop.train.std(axis=0)

    # A Normalization layer would do, but tf2onnx makes its numbers inputs of the graph.
    def normalization(row):
        return (row - mean) / deviation

    width = 3 if shop.tiny else 8
    model = keras.Sequential(
        [
            keras.layers.Input((shop.columns,)),
            keras.layers.Dense(width, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(2, activation="tanh"),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(width, activation="sigmoid"),
            keras.layers.Dense(shop.columns),
        ]
    )
    scaled = normalization(shop.train)
    model.compile("adam", "mse")
    model.fit(scaled, scaled, epochs=3 if shop.tiny else 10, batch_size=64, verbose=0)
    signature = [tensorflow.TensorSpec((None, shop.columns), tensorflow.float32, name="x")]

    def rebuild(row):
        return model(row, training=False)

    def error(row):
        z = normalization(row)
        return tensorflow.reduce_mean(tensorflow.square(z - model(z, training=False)), axis=1)

    def convert(function):
        graph, _ = tf2onnx.convert.from_function(tensorflow.function(function), input_signature=signature, opset=18)
        return graph

    shop.keep("keras-autoencoder-error", convert(error), error(tensorflow.constant(shop.vectors)).numpy())
    # The bare autoencoder: its score is the root of the mean square of what it does not rebuild, on scaled rows.
    rows = normalization(shop.vectors)
    expected = numpy.sqrt(numpy.mean((rows - rebuild(rows).numpy()).astype(numpy.float64) ** 2, axis=1))
    shop.keep("keras-autoencoder", convert(rebuild), expected, rows)


def torch_models(shop):
    import torch

    torch.manual_seed(4)
    torch.set_num_threads(1)
    width = 3 if shop.tiny else 8

    class Autoencoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("mean", torch.tensor(shop.train.mean(axis=0)))
            self.register_buffer("deviation", torch.tensor(shop.train.std(axis=0)))
            self.layers = torch.nn.Sequential(
                torch.nn.Linear(shop.columns, width),
                torch.nn.ReLU(),
                torch.nn.Linear(width, 2),
                torch.nn.Tanh(),
                torch.nn.BatchNorm1d(2),
                torch.nn.Linear(2, shop.columns),
            )

        def forward(self, row):
            z = (row - self.mean) / self.deviation
            return torch.sqrt(((z - self.layers(z)) ** 2).mean(dim=1))

    class Absolute(Autoencoder):
        def forward(self, row):
            z = (row - self.mean) / self.deviation
            return torch.abs(self.layers(z) - z).mean(dim=1)

    for name, kind, dynamo in (
        ("torch-autoencoder", Autoencoder, False),
        ("torch-autoencoder-absolute", Absolute, False),
        ("torch-autoencoder-dynamo", Autoencoder, True),
    ):
        if shop.tiny and name != "torch-autoencoder":
            continue
        model = kind()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        rows = torch.tensor(shop.train)
        for _ in range(100):
            optimizer.zero_grad()
            model(rows).mean().backward()
            optimizer.step()
        model.eval()
        path = shop.out / "torch.tmp"
        batch = {0: torch.export.Dim("rows")} if dynamo else {0: "rows"}
        more = {"dynamic_shapes": (batch,)} if dynamo else {"dynamic_axes": {"x": batch, "score": batch}}
        torch.onnx.export(
            model, (rows[:2],), str(path), dynamo=dynamo, input_names=["x"], output_names=["score"], verbose=False, **more
        )
        graph = onnx.load(path)
        path.unlink()
        for extra in shop.out.glob("torch.tmp*"):
            extra.unlink()
        with torch.no_grad():
            shop.keep(name, graph, model(torch.tensor(shop.vectors)).numpy())


def sklearn_models(shop):
    from skl2onnx import to_onnx
    from sklearn.ensemble import GradientBoostingClassifier, IsolationForest, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    trees, sample = (3, 16) if shop.tiny else (100, 256)
    sample_row = shop.train[:1]
    forest = IsolationForest(n_estimators=trees, max_samples=sample, random_state=5).fit(shop.train)
    for name, options in (("isolation-forest", {}), ("isolation-forest-samples", {"score_samples": True})):
        if shop.tiny and options:
            continue
        graph = to_onnx(forest, sample_row, target_opset=TARGET, options={id(forest): options} if options else None)
        shop.keep(name, graph, -forest.score_samples(shop.vectors))
    pipeline = make_pipeline(
        StandardScaler(), IsolationForest(n_estimators=trees, max_samples=sample, random_state=6)
    ).fit(shop.train)
    shop.keep(
        "isolation-forest-scaled", to_onnx(pipeline, sample_row, target_opset=TARGET), -pipeline.score_samples(shop.vectors)
    )
    count, depth = (4, 2) if shop.tiny else (100, 3)
    classifiers = {
        "gradient-boosting": GradientBoostingClassifier(n_estimators=count, max_depth=depth, random_state=7),
        "random-forest": RandomForestClassifier(n_estimators=count, max_depth=depth + 1, random_state=8),
        "logistic-regression": make_pipeline(MinMaxScaler(), LogisticRegression(max_iter=500)),
    }
    for name, classifier in classifiers.items():
        classifier.fit(shop.train, shop.labels)
        graph = to_onnx(classifier, sample_row, target_opset=TARGET)
        shop.keep(name, graph, classifier.predict_proba(shop.vectors)[:, 1])


def boosting_models(shop):
    import lightgbm
    import onnxmltools
    import xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    types = [("x", FloatTensorType([None, shop.columns]))]
    count, depth = (4, 2) if shop.tiny else (100, 4)
    holey = shop.vectors.copy()
    holey[1::3, 0] = numpy.nan
    holey[2::5, 1] = numpy.nan
    model = xgboost.XGBClassifier(n_estimators=count, max_depth=depth, n_jobs=1).fit(shop.holey, shop.labels)
    shop.keep("xgboost", onnxmltools.convert_xgboost(model, initial_types=types), model.predict_proba(holey)[:, 1], holey)
    model = lightgbm.LGBMClassifier(n_estimators=count, max_depth=depth, n_jobs=1, verbose=-1)
    model.fit(shop.train, shop.labels)
    shop.keep(
        "lightgbm",
        onnxmltools.convert_lightgbm(model, initial_types=types, zipmap=False),
        model.predict_proba(shop.vectors)[:, 1],
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--tiny", action="store_true")
    arguments = parser.parse_args()
    shop = Workshop(arguments.out, arguments.tiny)
    if not shop.tiny:
        shop.keep_rows()
    for make in (sklearn_models, boosting_models, torch_models, keras_models):
        make(shop)


if __name__ == "__main__":
    main()
