"""Compares scores, and asks onnxruntime.

usage: compare.py scores NAME EXPECTED.csv SCORES.csv     Cordon's scores beside the last column of EXPECTED.csv
       compare.py runtime NAME MODEL.onnx ROWS.csv SCORES.csv   onnxruntime's output beside Cordon's scores

Prints one line of a Markdown table; fails where a difference passes 1e-5 of the larger of 1 and the expected number.
"""

import csv
import sys

import numpy

TOLERANCE = 1e-5


def table(path):
    with open(path, newline="") as file:
        lines = list(csv.reader(file))
    return lines[0], lines[1:]


def scores(path):
    header, lines = table(path)
    return numpy.array([float(line[header.index("score")]) for line in lines])


def rows(path, width):
    header, lines = table(path)
    cells = [[float(cell) if cell else numpy.nan for cell in line[:width]] for line in lines]
    return numpy.array(cells, dtype=numpy.float32)


def report(what, name, found, expected):
    difference = numpy.abs(found - expected) / numpy.maximum(1, numpy.abs(expected))
    difference = numpy.where(numpy.isnan(difference), numpy.inf, difference)
    worst = float(difference.max())
    verdict = "agrees" if worst <= TOLERANCE else "DIFFERS"
    print(f"| {name} | {what} | {len(expected)} | {worst:.1e} | {verdict} |")
    return 0 if worst <= TOLERANCE else 1


def main():
    what, name, first = sys.argv[1:4]
    if what == "scores":
        expected = numpy.array([float(line[-1]) for line in table(first)[1]])
        return report("own framework -> cordon", name, scores(sys.argv[4]), expected)
    import onnxruntime

    session = onnxruntime.InferenceSession(first, providers=["CPUExecutionProvider"])
    graph_input = session.get_inputs()[0]
    output = session.run(None, {graph_input.name: rows(sys.argv[4], graph_input.shape[1])})[0]
    return report("cordon -> onnxruntime", name, output.ravel().astype(float), scores(sys.argv[5]))


if __name__ == "__main__":
    sys.exit(main())
