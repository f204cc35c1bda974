"""kill -9 of the broker while real `claudemesh send` processes run: the truth, and no loss."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.broker_process import Broker
from tests.cli_process import Person
from tests.live.people import meet, texts
from tests.ports import wait_until

pytestmark = pytest.mark.live

MESSAGES = 12
AT_ONCE = 4


def test_what_was_acked_and_what_was_queued_arrives_once(mortal: Broker, home: Path) -> None:
    couple = meet(mortal, home)
    texts_sent = [f"message {number}" for number in range(MESSAGES)]
    couple.alice.run("send", "bob", "you are known now", "--hold")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [pool.submit(send, couple.alice, text) for text in texts_sent]
        wait_until(lambda: any(run.done() for run in runs), what="a first answer", timeout_s=30)
        mortal.kill9()
        wait_until(
            lambda: sum(run.done() for run in runs) > MESSAGES // 2, what="answers", timeout_s=60
        )
        mortal.start()
        answers = [answer(run.result()) for run in runs]
    assert set(answers) <= {"stored", "queued"}
    assert "stored" in answers
    assert "queued" in answers

    couple.alice.run("peers")  # any command that connects sends what is queued
    arrived = texts(couple.bob)
    assert sorted(arrived[1:]) == sorted(texts_sent)


def send(person: Person, text: str) -> "subprocess.CompletedProcess[str]":
    return person.try_run("send", "bob", text, "--hold", "--json")


def answer(done: "subprocess.CompletedProcess[str]") -> str:
    """`stored`, or the code of the error; each with its exit code."""
    said = json.loads(done.stdout.splitlines()[-1])
    if done.returncode == 0:
        return str(said["state"])
    assert done.returncode == 4, done.stdout
    return str(said["error"]["code"])
