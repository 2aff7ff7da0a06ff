"""Compares Cordon's matching of Sigma rules with pySigma's SQLite backend on the same made-up events.

oracle.py events RULES OUT.csv      writes events made from the rules' own values, in part, mixed and damaged
oracle.py compare RULES OUT.csv MATCHES.json
"""
import csv
import json
import pathlib
import random
import re
import sqlite3
import sys

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

FIELDS = ["Image", "CommandLine", "CurrentDirectory", "User", "ParentImage", "ParentCommandLine"]
EVENTS_PER_RULE = 40
NOISE = ["ls -l", "--help", "x", "/usr/bin/env", "-c", "a b", "2>&1", "/srv/data", "\"q\"", "'s'", "%", "_", "\\"]


def rules(folder):
    """Rules about started programs, as pySigma reads them; what it refuses is left out and counted."""
    found, refused = [], 0
    for path in sorted(pathlib.Path(folder).rglob("*.y*ml")):
        try:
            collection = SigmaCollection.from_yaml(path.read_text())
            rule = collection.rules[0]
            if rule.logsource.category == "process_creation":
                found.append(rule)
        except Exception as error:
            refused += 1
            print(f"pySigma refuses {path.name}: {error}", file=sys.stderr)
    return found, refused


def values(item, source):
    """Fields and the texts that a detection item asks for."""
    for part in getattr(item, "detection_items", []):
        if hasattr(part, "detection_items"):
            yield from values(part, source)
        elif part.field in FIELDS:
            texts = [plain(value, source) for value in part.value]
            texts = [text for text in texts if text is not None]
            if texts:
                yield part.field, texts


def plain(value, source):
    """A text that matches a value: wildcards become letters; an expression becomes a guess at one."""
    if type(value).__name__ == "SigmaString":
        pieces = []
        for piece in value.s:
            if isinstance(piece, str):
                pieces.append(piece)
            else:
                pieces.append(source.choice(["", "x", " y "]) if "MULTI" in piece.name else "z")
        return "".join(pieces)
    if type(value).__name__ == "SigmaRegularExpression":
        text = re.sub(r"\(\?:?|\)|\^|\$|\\b|\[\^[^\]]*\][*+?]?", "", str(value.regexp))
        return re.sub(r"\\s[*+]?", " ", re.sub(r"\\(.)", r"\1", text))
    return None


def event(rule, pool, source):
    made = {field: "" for field in FIELDS}
    for detection in rule.detection.detections.values():
        if source.random() < 0.25:
            continue
        for field, texts in values(detection, source):
            wanted = texts if source.random() < 0.5 else [source.choice(texts)]
            for text in wanted[:4]:
                made[field] = source.choice([made[field] + " " + text, text + " " + made[field], text, made[field] + text])
    for field in FIELDS:
        if source.random() < 0.2:
            made[field] += source.choice(NOISE)
        if source.random() < 0.1:
            made[field] = source.choice(pool)
        if source.random() < 0.1 and made[field]:
            at = source.randrange(len(made[field]))
            made[field] = made[field][:at] + made[field][at + 1:]
        if source.random() < 0.2:
            made[field] = made[field].upper() if source.random() < 0.5 else made[field].lower()
        made[field] = made[field].strip().replace("\n", " ").replace("\0", "")
    return made


def write_events(folder, out):
    source = random.Random(7)
    known, _ = rules(folder)
    pool = [text for rule in known for d in rule.detection.detections.values() for _, t in values(d, source) for text in t]
    with open(out, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        for rule in known:
            for _ in range(EVENTS_PER_RULE):
                writer.writerow(event(rule, pool, source))


def compare(folder, events, matches):
    ours = {}
    document = json.loads(pathlib.Path(matches).read_text())
    for match in document["matches"]:
        ours.setdefault(match["rule"], set()).add(match["event"])
    database = sqlite3.connect(":memory:")
    database.create_function("regexp", 2, lambda p, t: t is not None and re.search(p, t) is not None)
    # Sigma's values are compared without regard to case; of itself SQLite does so in LIKE and not in =.
    database.execute(f"CREATE TABLE logs ({', '.join(f + ' TEXT COLLATE NOCASE' for f in FIELDS)})")
    with open(events, newline="") as file:
        rows = [tuple(row[f] for f in FIELDS) for row in csv.DictReader(file)]
    database.executemany(f"INSERT INTO logs VALUES ({', '.join('?' * len(FIELDS))})", rows)
    known, refused = rules(folder)
    equal, pairs, positives, different, skipped = 0, 0, 0, [], 0
    for rule in known:
        try:
            query = sqliteBackend().convert(SigmaCollection([rule]))[0].replace("<TABLE_NAME>", "logs")
            theirs = {row[0] for row in database.execute(query.replace("SELECT *", "SELECT rowid"))}
        except Exception as error:
            skipped += 1
            print(f"not compared, {rule.title}: {error}", file=sys.stderr)
            continue
        mine = ours.get(str(rule.id), set())
        pairs += len(rows)
        positives += len(theirs)
        if mine == theirs:
            equal += 1
        else:
            different.append((rule, mine - theirs, theirs - mine))
    for rule, more, less in different:
        example = next(iter(more or less))
        print(f"differs: {rule.title} ({rule.id}): only here {len(more)}, only there {len(less)}; event {example}: "
              f"{dict(zip(FIELDS, rows[example - 1]))}")
    disagreements = sum(len(more) + len(less) for _, more, less in different)
    print("| rules compared | equal | events | pairs | matches there | disagreements | refused by pySigma | not run |")
    print("|---|---|---|---|---|---|---|---|")
    print(f"| {equal + len(different)} | {equal} | {len(rows)} | {pairs} | {positives} | {disagreements} | {refused} | {skipped} |")
    return 1 if different else 0


if __name__ == "__main__":
    if sys.argv[1] == "events":
        write_events(sys.argv[2], sys.argv[3])
    else:
        sys.exit(compare(*sys.argv[2:5]))
