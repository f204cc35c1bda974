"""200,000 damaged frames: the codec says what is wrong with each, and never breaks."""

import random
from collections import Counter
from collections.abc import Callable

from claudemesh_wire import codec

FRAMES = 200_000
SEEDS = (
    '{"type":"hello","meshId":"m","memberId":"a","pubkey":"' + "ab" * 32 + '","sessionId":"s",'
    '"pid":7,"cwd":"/tmp","timestamp":1760000000000,"signature":"' + "cd" * 64 + '",'
    '"groups":[{"name":"crew","role":"lead"}],"protocolVersion":2,"capabilities":["receipts"]}',
    '{"type":"send","id":"1","targetSpec":"@crew","priority":"next","nonce":"AAAA",'
    '"ciphertext":"aGVsbG8=","hold":true,"encryption":"group","keyEpoch":0,"_reqId":5}',
    '{"type":"client_ack","messageId":"m1","stage":"read"}',
    '{"type":"set_grants","grants":{"' + "ab" * 32 + '":["dm"],"x":null}}',
    '{"type":"set_state","key":"k","value":{"a":[1,2.5,null,true,"\\u00e9\\ud83c\\udf0d"]}}',
    '{"type":"set_stats","stats":{"messagesIn":1,"uptime":1e3}}',
    '{"type":"push","messageId":"m","meshId":"m","senderPubkey":"","priority":"now","nonce":"",'
    '"ciphertext":"","createdAt":"2026-01-01T00:00:00Z","eventData":{"name":"bob\'s"}}',
)
SHARDS = (
    *'{}[]",:\\0129.-+eE \t\n\x00\x7f',
    "null", "true", "\\u0000", "\\ud800", "\ud800", "\u202e", "1e999", "-0", "9" * 400, "[" * 200,
    '"type"', '"type":"send"', '"__proto__":1', "'; DROP TABLE", "\U0001f30d", '"_reqId":[]',
)  # fmt: skip


def damaged(chance: random.Random) -> str:
    """A frame with one to six cuts, copies, swaps or foreign pieces."""
    frame = chance.choice(SEEDS)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(frame) + 1)
        end = min(len(frame), start + chance.randrange(12))
        piece = chance.choice(("", chance.choice(SHARDS), frame[start:end] * 2))
        frame = frame[:start] + piece + frame[end:]
    return frame


def outcome(decode: Callable[[str], object], frame: str) -> str:
    try:
        decode(frame)
    except codec.DecodeFailure as failure:
        return failure.code
    return "understood"


def test_200_000_damaged_frames_are_messages_or_decode_failures() -> None:
    chance, outcomes = random.Random(20_260_101), Counter[str]()
    for _ in range(FRAMES):
        frame = damaged(chance)
        outcomes[outcome(codec.decode_client, frame)] += 1
        outcomes[outcome(codec.decode_broker, frame)] += 1
    # damage of this kind must reach every way out, or it tests nothing
    assert outcomes.keys() == {"understood", "malformed", "unknown_type"}
    assert min(outcomes.values()) > FRAMES // 100
