"""Enrols, streams, is acknowledged; says as JSON what it saw: honest.py BUNDLE TOKEN ENROLMENT UPLINK LABEL."""

import json
import sys

import grpc
from cordon.v1 import telemetry_pb2

from agent import Identity, Uplink, batch, hello, load_site, load_token, window

bundle, token_file, enrolment, address, label = sys.argv[1:]
site, token = load_site(bundle), load_token(token_file)
me = Identity()
seen = {"id": me.id}

answer = me.enrol(site, token, enrolment, label)
seen["agent"] = answer.agent_id
seen["names"] = me.names()
try:
    Identity().enrol(site, token, enrolment, label)
except grpc.RpcError as error:
    seen["second_use"] = error.code().name

WINDOW = telemetry_pb2.LANE_WINDOW
records = [window(label, number) for number in range(1, 13)]
with me.channel(address) as channel:
    uplink = Uplink(channel)
    uplink.say(hello([(WINDOW, 8)]))
    welcome = uplink.hear("welcome")
    seen["protocol"] = welcome.protocol
    seen["first_watermarks"] = [mark.through for mark in welcome.watermarks]
    acknowledged = []
    # The last two repeat: once as it was, once cut anew.
    for first, last in [(1, 4), (5, 8), (1, 4), (3, 8)]:
        uplink.say(batch(records[first - 1:last], first))
        acknowledged.append(uplink.hear("ack").through)
    seen["acknowledged"] = acknowledged
    uplink.end()

    # A probe needs no stub: an empty question, and SERVING is the number 1 in field 1.
    probe = channel.unary_unary("/grpc.health.v1.Health/Check")
    seen["health"] = probe(b"", timeout=20).hex()

    # Again, as after a lost connection; a batch that overlaps what is known brings what is new.
    uplink = Uplink(channel)
    uplink.say(hello([(WINDOW, 12)]))
    seen["second_watermarks"] = [mark.through for mark in uplink.hear("welcome").watermarks]
    uplink.say(batch(records[6:], 7))
    seen["through"] = uplink.hear("ack").through
    uplink.end()

with grpc.secure_channel(enrolment, grpc.ssl_channel_credentials(me.roots)) as channel:
    try:
        channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=20)
    except grpc.RpcError as error:
        seen["stranger"] = error.code().name

print(json.dumps(seen))
