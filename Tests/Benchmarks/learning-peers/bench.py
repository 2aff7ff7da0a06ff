#!/usr/bin/env python3
"""Learning beside its peers on the same rows in the same run: a Markdown table a measurement, then which aims are met.

    bench.py --bin FOLDER --data FOLDER --work FOLDER [--quick] [NAME ...]

NAME: calibration, adbench, cert, ton-iot, nab, speed, explanations (default: all). An interrupted run goes on where it
stopped. An aim that is missed is printed with the gap and the next idea, and fails nothing.
"""

import argparse
import sys
import warnings

import calibration
import entities
import explanations
import report
import speed
import streams
import supervised
import tabular
from cordon import Bench

MEASUREMENTS = {
    "calibration": calibration,
    "adbench": tabular,
    "cert": entities,
    "ton-iot": supervised,
    "nab": streams,
    "speed": speed,
    "explanations": explanations,
}
NEEDS_DATA = {"adbench", "cert", "ton-iot", "nab"}


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="where cordon and cordon-bench are")
    parser.add_argument("--data", required=True, help="where adbench, cert-r4.2, ton-iot and nab are")
    parser.add_argument("--work", required=True, help="for what a run writes")
    parser.add_argument("--quick", action="store_true", help="small parts, to show that it works")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    bench = Bench(arguments)
    verdicts = report.Verdicts()
    for name in arguments.names or MEASUREMENTS:
        if name in NEEDS_DATA and not bench.data.is_dir():
            bench.say(f"{name} is left out: there is no folder {bench.data}; CORDON_DATA names it")
            continue
        print(f"{MEASUREMENTS[name].measure(bench, verdicts)}\n", flush=True)
    if arguments.quick:
        print("Small parts, to show that it works: these figures judge nothing.\n")
    print(verdicts)
    bench.forget()


if __name__ == "__main__":
    sys.exit(main())
