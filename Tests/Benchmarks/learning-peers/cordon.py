"""Runs Cordon's programs, and keeps what was measured so that an interrupted run can go on."""

import hashlib
import json
import pathlib
import subprocess
import sys
import time


class Bench:
    """Where programs, data and a run's files are.

    `once` keeps a result under the digest of the programs and of the options: what an interrupted run measured is not
    measured again. The last step of a whole run forgets it all, so that every run measures anew.
    """

    def __init__(self, arguments):
        self.programs = pathlib.Path(arguments.bin)
        self.data = pathlib.Path(arguments.data)
        self.work = pathlib.Path(arguments.work)
        self.quick = arguments.quick
        self.work.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(f"{self.data} {self.quick}".encode())
        for path in [
            self.programs / "cordon",
            self.programs / "cordon-bench",
            *sorted(pathlib.Path(__file__).parent.glob("*.py")),
        ]:
            digest.update(path.read_bytes())
        self.kept = self.work / f"so-far-{digest.hexdigest()[:16]}.json"
        self.results = json.loads(self.kept.read_text()) if self.kept.exists() else {}

    def once(self, name, measure):
        """The result of `measure`, which is JSON, or what this run found before it was interrupted."""
        if name in self.results:
            self.say(f"{name}: measured before the run was interrupted")
            return self.results[name]
        start = time.monotonic()
        self.results[name] = measure()
        self.say(f"{name}: {time.monotonic() - start:.1f} s")
        self.kept.write_text(json.dumps(self.results))
        return self.results[name]

    def forget(self):
        for path in self.work.glob("so-far-*.json"):
            path.unlink()

    def new(self, name):
        """A path in the run's folder that nothing is at: programs replace no file."""
        path = self.work / name
        path.unlink(missing_ok=True)
        return path

    def say(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    def lab(self, *arguments):
        """What `cordon lab` prints as JSON."""
        return json.loads(self.run("cordon", "lab", *arguments, "--output", "json"))

    def run(self, program, *arguments):
        """What a program prints; ends the run where it fails, with what it said."""
        found = subprocess.run(
            [self.programs / program, *map(str, arguments)], capture_output=True, text=True, check=False
        )
        if found.returncode != 0:
            sys.exit(f"bench: {program} {' '.join(map(str, arguments))}: {found.stderr.strip()}")
        return found.stdout
