"""Four cron jobs that ask at once, and four people who type the same answer."""

import subprocess
import sys
from collections import Counter

from .conftest import column, verbs

RUN = """
import sys
from comptoir.__main__ import main
import comptoir.surveys.services
print("ready", flush=True)
sys.stdin.readline()
main()
"""


def at_once(*words: str) -> list[tuple[int, str]]:
    """Run a line in four processes at once; give the exit code of each, and what it wrote."""
    line = [sys.executable, "-c", RUN, "repair", "survey", *words]
    children = [
        subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _each in range(4)
    ]
    try:
        assert [child.stdout.readline() for child in children] == ["ready\n"] * 4
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        said = [child.communicate(timeout=30)[0] for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()
    return [(child.returncode, text) for child, text in zip(children, said, strict=True)]


def test_four_that_ask_at_once_ask_each_customer_once(given_back, shop, server):
    numbers = [given_back() for _each in range(12)]
    ran = at_once("ask", "--yes", "--format", "tsv")
    assert [code for code, _said in ran] == [0] * 4
    asked = Counter(line.split("\t")[0] for _code, said in ran for line in said.splitlines()[1:])
    assert asked == Counter(numbers)
    assert sorted(column(shop, "case_number")) == numbers
    assert [len(verbs(shop, number)) for number in numbers] == [1] * 12
    assert len(server.mails) == len(set(column(shop, "code"))) == 12
    assert all(sum(code.encode() in mail for mail in server.mails) == 1 for code in column(shop, "code"))


def test_four_who_type_the_same_answer_at_once_record_it_once(asked, shop):
    number, code = asked()
    assert [ended for ended, _said in at_once("answer", code, "9", "--comment", "Bien")] == [0] * 4
    assert [verb for verb, _data in verbs(shop, number)] == ["survey_ask", "survey_answer"]
