"""Crashes: whenever a process that sends is killed, no e-mail leaves twice, and none is lost."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from .mail_server import MailServer

# One process imports everything and opens nothing; each trial is a child of it, killed at its moment: so many e-mails
# after it began, then within the time that one takes here. The clock jumps from December to January and back from one
# trial to the next, and goes on by an hour: what a dead process held is free again, and what was put off is due.
KILLS = """
import os, random, select, signal, sys, time
import comptoir.outbox.cli, comptoir.desk.mail, comptoir.desk.pdf
from comptoir.app import run
from comptoir.outbox import services
lease = services.lease
trials, chance = int(sys.argv[1]), random.Random(int(sys.argv[2]))
killed, took = 0, 0.05
for trial in range(trials):
    begun, end = os.pipe()
    pid = os.fork()
    if pid == 0:
        services.lease = lambda *given: [lease(*given), os.write(end, b".")][0]
        at = f"2026-{12 - (trial % 2) * 11:02}-{1 + trial // 24:02}T{trial % 24:02}:00:00Z"
        os._exit(run(["outbox", "send", "--at", at]))
    os.close(end)
    moments = []
    for _each in range(chance.randint(1, 3)):
        select.select([begun], [], [], 10)
        os.read(begun, 1)
        moments.append(time.monotonic())
    if len(moments) > 1:
        took = (moments[-1] - moments[0]) / (len(moments) - 1)
    time.sleep(chance.uniform(0, took))
    os.kill(pid, signal.SIGKILL)
    killed += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    os.close(begun)
print(killed)
"""
TRIALS = 30
MAILS = 130


@pytest.mark.parametrize("seed", [2])
def test_killed_again_and_again_it_sends_each_e_mail_once_or_tells(
    cli: Callable, server: MailServer, posts: Callable, kept: Callable[..., list[Any]], seed: int
) -> None:
    posts(MAILS, letter={"papers": []})  # none to draw: that is most of the time
    chance = random.Random(seed)
    server.pause = lambda: chance.uniform(0, 0.004)
    # Now and then the server puts one off: what was handed over comes back among those that wait.
    server.puts_off = lambda: chance.random() < 0.1
    environment = {key: value for key, value in os.environ.items() if key != "COMPTOIR_AT"}
    command = [sys.executable, "-c", KILLS, str(TRIALS), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=True)
    killed = int(done.stdout.splitlines()[-1])
    assert killed > TRIALS // 2
    server.puts_off = lambda: False
    assert 0 < len(server.mails) < MAILS  # they were killed while there was something to send
    for hour in range(24):
        assert cli(f"outbox send --at 2027-01-01T{hour:02}:00:00Z").code == 0
    arrived = Counter(server.ids)
    assert max(arrived.values()) == 1
    states = Counter(kept("state"))
    assert set(states) <= {"sent", "handed"}
    ids = kept("json_extract(content, '$.message_id')")
    sent = {name for name, state in zip(ids, kept("state"), strict=True) if state == "sent"}
    assert sent <= set(arrived)
    assert len(arrived) >= MAILS - states["handed"]
    assert "comptoir outbox retry" in cli("outbox list").err or not states["handed"]
