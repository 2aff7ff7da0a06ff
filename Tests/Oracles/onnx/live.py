"""Models of other frameworks on live agents: trained there, imported, signed, pushed, and scored with at the edge.

usage: live.py BIN OUT        BIN: the folder of cordon, cordon-agent, cordon-collector, cordon-range

Founds a site on loopback, replays a made-up hospital's days through an agent for each host, trains a model of each
framework on the windows that the agents sent, imports and promotes it, and replays another day. Then every window's
score is set beside what the framework itself says of the window. An agent's score is the higher of the baseline's and
the model's, so rows where the baseline was higher are counted and left out. Prints lines of a Markdown table; fails
where a number differs by more than 1e-5 of the larger of 1 and the expected one, or where too few rows can be compared.
As root: the agent's keeper takes it.
"""

import datetime
import json
import os
import pathlib
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

import numpy

import train

COLUMNS = ["process_starts", "distinct_executables", "connects", "failed_connects", "distinct_peers", "distinct_peer_ports"]
POSITIONS = [0, 1, 3, 4, 5, 6]
FIRST_DAY = 8
TOLERANCE = 1e-5
LEAST_ROWS = 10


class Windows(train.Workshop):
    """What the agents sent, as data to train on; keeps each framework's own way to score."""

    def __init__(self, out, rows):
        self.out = pathlib.Path(out)
        self.tiny = False
        self.columns = len(COLUMNS)
        self.train = self.vectors = rows
        self.labels = (rows[:, 2] > numpy.quantile(rows[:, 2], 0.8)).astype(int)
        self.made = {}

    def keep(self, name, model, expected, vectors=None):
        data = model if isinstance(model, bytes) else model.SerializeToString()
        (self.out / f"{name}.onnx").write_bytes(data)
        self.made[name] = numpy.asarray(expected, dtype=numpy.float64).ravel()


class Site:
    """A site of real programs in a folder."""

    def __init__(self, programs, folder):
        self.programs, self.folder = pathlib.Path(programs), pathlib.Path(folder)
        os.chmod(folder, 0o755)
        self.environment = dict(os.environ, CORDON_HOME=f"{folder}/operator")
        self.running = []
        ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.uplink, self.enrolment = (f"127.0.0.1:{port.getsockname()[1]}" for port in ports)
        for port in ports:
            port.close()
        self.cordon("site", "init", "--site", "Live", "--trust-domain", "live.example", "--collector", self.uplink, "--operator", "ann")
        state = f"{folder}/collector"
        self.run("cordon-collector", "init", "--state", state, "--address", "127.0.0.1")
        self.cordon("site", "sign-collector", f"{state}/collector.request", "--out", f"{folder}/grant")
        self.run("cordon-collector", "init", "--state", state, "--grant", f"{folder}/grant")
        self.start(
            "cordon-collector", "run", "--state", state, "--uplink-address", self.uplink, "--enrolment-address", self.enrolment
        )
        until("the collector's start", lambda: self.cordon("status", check=False).returncode == 0)
        self.cordon("site", "bundle", "--out", f"{folder}/site.bundle")
        self.cordon("token", "create", "--uses", "50", "--out", f"{folder}/token")
        policy = self.folder / "policy.yaml"
        policy.write_text("name: live\ntime_zone: UTC\nheartbeat: 5s\nalerts: {daily_budget: 20}\n")
        self.cordon("policy", "apply", str(policy))

    def run(self, program, *arguments, check=True):
        return subprocess.run(
            [self.programs / program, *arguments], env=self.environment, check=check, capture_output=True, text=True
        )

    def cordon(self, *arguments, check=True):
        return self.run("cordon", *arguments, check=check)

    def ask(self, *arguments):
        return json.loads(self.cordon(*arguments, "--output", "json").stdout)

    def start(self, program, *arguments):
        log = open(self.folder / f"{program}-{len(self.running)}.log", "w")
        self.running.append(
            subprocess.Popen([self.programs / program, *arguments], env=self.environment, stdout=log, stderr=log)
        )

    def enrol(self, label):
        """An agent that reads a pipe; what to write into."""
        folder = self.folder / label
        config = self.folder / f"{label}.conf"
        config.write_text(
            f"CORDON_COLLECTOR={self.uplink}\nCORDON_ENROLMENT={self.enrolment}\nCORDON_BUNDLE={self.folder}/site.bundle\n"
            f"CORDON_STATE={folder}\nCORDON_RUN={folder}/run\nCORDON_USER=nobody\n"
        )
        self.run("cordon-agent", "enroll", "--config", str(config), "--label", label, "--token-file", f"{self.folder}/token")
        pipe = self.folder / f"{label}.pipe"
        os.mkfifo(pipe, 0o600)
        # Held open for both, so that the agent sees no end between two days.
        writer = os.fdopen(os.open(pipe, os.O_RDWR), "w")
        self.start("cordon-agent", "run", "--config", str(config), "--recording", str(pipe))
        return writer

    def windows(self):
        """Rows (start, features, shadow's model, shadow's first score) of all host windows, once no more come."""
        before = -1
        while (count := self.ask("status")["windows_stored"]) != before or count <= 0:
            before = count
            time.sleep(1)
        database = sqlite3.connect(f"file:{self.folder}/collector/collector.sqlite?mode=ro", uri=True)
        rows = []
        for (day,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'windows_[0-9]*'"):
            for start, features, shadow in database.execute(
                f"SELECT start_ms, features, shadow_scores FROM {day} WHERE schema = 1 AND early = 0 AND part = 0"
            ):
                score = struct.unpack_from("<Qf", shadow) if shadow else (0, 0.0)
                rows.append((start, numpy.frombuffer(features, "<f4")[POSITIONS], *score))
        database.close()
        return rows

    def payload(self, identity):
        database = sqlite3.connect(f"file:{self.folder}/collector/collector.sqlite?mode=ro", uri=True)
        (payload,) = database.execute("SELECT payload FROM models WHERE hex(id) = ?", [identity.replace("-", "").upper()]).fetchone()
        return payload

    def stop(self):
        for program in reversed(self.running):
            program.terminate()
        for program in self.running:
            program.wait()


def until(what, condition, seconds=60):
    for _ in range(seconds * 4):
        if condition():
            return
        time.sleep(0.25)
    sys.exit(f"live: {what} did not happen in time")


def fields(data):
    """Fields of a protobuf message as (number, value)."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        match key & 7:
            case 0:
                yield key >> 3, varint()
            case 1:
                yield key >> 3, data[at : at + 8]
                at += 8
            case 2:
                length = varint()
                yield key >> 3, data[at : at + length]
                at += length
            case 5:
                yield key >> 3, data[at : at + 4]
                at += 4


def calibration(payload):
    """From the model's own number to the number that agents compare, as the bundle says: ensemble, member, knots."""
    member = dict(fields(dict(fields(dict(fields(dict(fields(payload))[4]))[9]))[1]))
    knots, values = (numpy.frombuffer(member[number], "<f4").astype(float) for number in (2, 3))
    slope = struct.unpack("<f", member[4])[0]

    def value(scores):
        beyond = numpy.maximum(scores - knots[-1], 0) * slope
        return numpy.interp(scores, knots, values) + beyond

    return value


def record(site, days):
    """The hospital's lines, of each host by day."""
    monday = datetime.date.today() - datetime.timedelta(days=datetime.date.today().weekday() + 21)
    hospital = site.folder / "hospital"
    site.run(
        "cordon-range", "generate", "--seed", "7", "--out", str(hospital), "--users", "12", "--hosts", "6",
        "--days", str(days), "--attacks", "none", "--start", str(monday),
    )  # fmt: skip
    midnight = datetime.datetime.combine(monday, datetime.time(), datetime.timezone.utc).timestamp()
    hosts = {}
    for folder in sorted((hospital / "hosts").iterdir()):
        lines = hosts[folder.name] = [[] for _ in range(days)]
        for line in open(folder / "audit.log"):
            lines[int((float(line.split("audit(")[1].split(":")[0]) - midnight) // 86400)].append(line)
    return hosts


def feed(pipes, hosts, days):
    for label, pipe in pipes.items():
        for day in days:
            pipe.writelines(hosts[label][day])
        pipe.flush()


def main():
    programs, out = sys.argv[1:]
    pathlib.Path(out).mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="cordon-live-") as folder:
        site = Site(programs, folder)
        try:
            frameworks = [train.sklearn_models, train.torch_models, train.keras_models, train.boosting_models]
            wanted = ["isolation-forest", "gradient-boosting", "torch-autoencoder", "keras-autoencoder-error", "xgboost"]
            hosts = record(site, FIRST_DAY + len(wanted))
            pipes = {label: site.enrol(label) for label in hosts}
            feed(pipes, hosts, range(FIRST_DAY))
            rows = numpy.log1p(numpy.array([features for _, features, *_ in site.windows()]))
            print(f"live: {len(rows)} windows of {len(hosts)} agents to train on", file=sys.stderr)
            for number, name in enumerate(wanted):
                failed |= judge(site, out, name, frameworks, rows, lambda: feed(pipes, hosts, [FIRST_DAY + number]), len(hosts))
        finally:
            site.stop()
    return failed


def judge(site, out, name, frameworks, rows, another_day, agents):
    """One framework's model through import, signature, push and a day of the agents'; 1 where it scores otherwise."""
    shop = Windows(out, rows.astype(numpy.float32))
    shop.holey = shop.train
    scorer(shop, frameworks, name)
    model = site.ask("model", "import", f"{out}/{name}.onnx", "--schema", "host@host", "--columns", ",".join(COLUMNS))["id"]
    site.cordon("model", "promote", model, "--shadow")
    until(f"{name} on every agent", lambda: site.ask("model", "show", model)["agents"].get("running", 0) >= agents)
    before = {start for start, _, shadow, _ in site.windows() if shadow}
    another_day()
    scored = [(features, score) for start, features, shadow, score in site.windows() if shadow and start not in before]
    vectors = numpy.log1p(numpy.array([features for features, _ in scored])).astype(numpy.float32)
    found = numpy.array([score for _, score in scored], dtype=float)
    shop.vectors = vectors
    scorer(shop, frameworks, name)
    expected = calibration(site.payload(model))(shop.made[name])
    difference = numpy.abs(found - expected) / numpy.maximum(1, numpy.abs(expected))
    # Where the baseline found the window stranger, its own score stands.
    by_model = found <= expected + TOLERANCE * numpy.maximum(1, numpy.abs(expected))
    count, worst = int(by_model.sum()), float(difference[by_model].max(initial=0))
    agrees = worst <= TOLERANCE and count >= LEAST_ROWS
    print(
        f"| {name} | own framework -> {agents} live agents | {count} of {len(found)} | {worst:.1e} "
        f"| {'agrees' if agrees else 'DIFFERS'} |",
        flush=True,
    )
    return 0 if agrees else 1


def scorer(shop, frameworks, name):
    """Trains anew, seeded and so the same each time, and lets the framework score the shop's vectors."""
    for make in frameworks:
        if name not in shop.made or len(shop.made[name]) != len(shop.vectors):
            make(shop)


if __name__ == "__main__":
    sys.exit(main())
