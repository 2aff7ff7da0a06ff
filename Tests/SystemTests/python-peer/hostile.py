"""Breaks the wire's rules one after the other and says as JSON how each was answered: hostile.py BUNDLE TOKEN ENROLMENT UPLINK."""

import json
import sys
import time

import grpc
from cordon.v1 import telemetry_pb2, uplink_pb2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from datetime import datetime, timedelta, timezone

from agent import EPOCH, Identity, Uplink, batch, hello, load_site, load_token, window

bundle, token_file, enrolment, address = sys.argv[1:]
site, token = load_site(bundle), load_token(token_file)
me = Identity()
me.enrol(site, token, enrolment, "hostile")


def field(number, payload):
    """A length-delimited field."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def nested(depth):
    """Groups within groups, unknown to the message: a parser without a limit recurses once for each."""
    return b"\x0b" * depth + b"\x0c" * depth


def one_window(**changes):
    record = window("hostile", 1)
    for name, value in changes.items():
        setattr(record.window, name, value)
    return record


def skipped(first, *ranges):
    message = batch([], first)
    for start, end in ranges:
        message.batch.skipped.add(**{"from": start, "to": end, "cause": "SKIP_CAUSE_AGE"})
    return message


MOST = 2**64 - 1
# What is said after a proper hello.
breaches = {
    "oversized": field(2, b"\0" * (5 << 20)),
    "malformed": b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    "truncated": batch([one_window()], 1).SerializeToString()[:-3],
    "nested": field(2, nested(200_000)),
    "nested-known": field(2, field(4, nested(100_000))),
    "empty-records": field(2, b"\x08\x01" + b"\x11" + EPOCH.to_bytes(8, "little") + b"\x18\x01" + b"\x22\x00" * 1_500_000),
    "many-ranges": skipped(1, *[(2 * n + 1, 2 * n + 1) for n in range(5_000)]).SerializeToString(),
    "last-number": batch([one_window()], MOST).SerializeToString(),
    "endless-range": skipped(1, (1, MOST)).SerializeToString(),
    "backward-range": skipped(1, (9, 3)).SerializeToString(),
    "unknown-lane": batch([one_window()], 1, lane=77).SerializeToString(),
}
# Records that can never be stored: the lane goes on without them.
refusals = {
    "another-host": window("somebody-else", 1),
    "another-hosts-detection": telemetry_pb2.Record(detection=telemetry_pb2.Detection(
        id=b"\1" * 16, kind="DETECTION_KIND_TRIPWIRE", rule="canary-touched", severity="SEVERITY_LOW",
        event_ms=1, raised_ms=1, summary="not mine",
        entities=[{"entity": {"kind": "ENTITY_KIND_HOST", "label": "somebody-else"}, "part": "host"}])),
    "huge-count": one_window(length_ms=2**32 - 1),
}

# What is said in place of a hello.
greetings = {
    "many-lanes": hello([(telemetry_pb2.LANE_WINDOW, 1)] * 100_000).SerializeToString(),
    "no-hello": batch([one_window()], 1).SerializeToString(),
}
# Compressed, it is a thousandth of what it becomes.
bomb = field(2, b"\0" * (256 << 20))

seen = {"breaches": {}, "refusals": {}}


def breach(name, *messages, compression=None):
    with me.channel(address) as channel:
        uplink = Uplink(channel, raw=True, compression=compression)
        for message in messages:
            uplink.say(message)
        error = uplink.ending()
        seen["breaches"][name] = [error.code().name, error.details()] if error else None


for name, data in breaches.items():
    breach(name, hello().SerializeToString(), data)
for name, data in greetings.items():
    breach(name, data)
breach("gzip-bomb", hello().SerializeToString(), bomb, compression=grpc.Compression.Gzip)
breach("deflate-bomb", hello().SerializeToString(), bomb, compression=grpc.Compression.Deflate)

for name, record in refusals.items():
    with me.channel(address) as channel:
        uplink = Uplink(channel)
        uplink.say(hello())
        uplink.hear("welcome")
        is_detection = record.WhichOneof("body") == "detection"
        lane = telemetry_pb2.LANE_DETECTION if is_detection else telemetry_pb2.LANE_WINDOW
        uplink.say(batch([record], 1, lane=lane))
        seen["refusals"][name] = uplink.hear("refusal").code
        uplink.end()

# A certificate that only looks like an agent's: our own authority, somebody's id.
stranger = Identity()
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "agent")])
now = datetime.now(timezone.utc)
forged = (
    x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(stranger.key.public_key())
    .serial_number(1).not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(me.names()[0])]), critical=False)
    .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    .sign(stranger.key, hashes.SHA256()))
stranger.chain, stranger.roots = forged.public_bytes(serialization.Encoding.PEM), me.roots
with stranger.channel(address) as channel:
    uplink = Uplink(channel)
    uplink.say(hello())
    error = uplink.ending()
    seen["forged"] = error.code().name if error else None

# After all that, an honest batch of the same agent is stored, though its clock is a day off.
with me.channel(address) as channel:
    uplink = Uplink(channel)
    uplink.say(hello(ahead=86_400))
    uplink.hear("welcome")
    uplink.say(batch([one_window(skewed=True, start_ms=(int(time.time()) // 60 + 1_440) * 60_000)], 1))
    seen["through"] = uplink.hear("ack").through
    uplink.end()
print(json.dumps(seen))
