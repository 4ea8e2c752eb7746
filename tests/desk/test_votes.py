"""Believing a text: two decoders, or one that keeps to it, and no rival at its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.desk.decoders import ZBAR, ZXING, Read
from comptoir.desk.votes import ALONE, AWAY, MARGIN, WINDOW, Ballot

HERE = ((0, 0), (100, 0), (100, 50), (0, 50))
THERE = ((300, 0), (400, 0), (400, 50), (300, 50))
FRAME = 1 / 30


def read(text, decoder=ZXING, quad=HERE, symbology="]C0", short=False):
    return Read(text.encode(), symbology, symbology[1] + text, decoder, quad, short)


def given_of(ballot, *frames, start=0.0):
    return [[one.data.decode() for one in ballot.count(start + n * FRAME, reads)] for n, reads in enumerate(frames)]


def test_two_decoders_in_one_frame_are_enough():
    assert given_of(Ballot(), [read("A"), read("A", ZBAR)]) == [["A"]]


def test_two_decoders_in_two_frames_are_enough():
    assert given_of(Ballot(), [read("A")], [read("A", ZBAR)]) == [[], ["A"]]


def test_the_same_decoder_twice_in_a_frame_is_one_vote():
    assert given_of(Ballot(alone=2), [read("A"), read("A")]) == [[]]


def test_one_decoder_alone_has_to_keep_to_it():
    assert given_of(Ballot(), *[[read("A")]] * ALONE) == [[]] * (ALONE - 1) + [["A"]]


@pytest.mark.parametrize(("decoder", "short"), [(ZBAR, False), (ZXING, True)])
def test_a_retail_code_that_one_decoder_mistakes_every_time_is_never_believed_on_its_word(decoder, short):
    seen = [read("3400000000005", decoder, symbology="]E0", short=short)]
    assert given_of(Ballot(), *[seen] * 12) == [[]] * 12


def test_a_code_that_corrects_itself_needs_two_frames_in_a_video_and_one_look_at_a_photograph():
    seen = [read("A", symbology="]Q1")]
    assert given_of(Ballot(), seen, seen) == [[], ["A"]]
    assert given_of(Ballot(corrected=1), seen) == [["A"]]


def test_votes_grow_old():
    ballot = Ballot()
    ballot.count(0.0, [read("A")])
    assert ballot.count(WINDOW + 0.01, [read("A", ZBAR)]) == []


def test_a_rival_at_the_same_place_holds_a_text_back_until_it_is_far_ahead():
    ballot = Ballot()
    ballot.count(0.0, [read("B")])
    both = [read("A"), read("A", ZBAR)]
    votes = [len(ballot.count(FRAME * (n + 1), both)) for n in range(3)]
    assert votes == [0, 1, 0], f"two votes are under {MARGIN} times one, four are not"


def test_a_text_elsewhere_is_no_rival_and_both_are_given():
    frame = [read("A"), read("A", ZBAR), read("B", ZXING, THERE), read("B", ZBAR, THERE)]
    assert given_of(Ballot(), frame) == [["A", "B"]]


def test_a_code_in_view_is_given_once_and_again_when_it_has_left():
    both = [read("A"), read("A", ZBAR)]
    ballot = Ballot()
    assert sum(len(ballot.count(n * FRAME, both)) for n in range(300)) == 1
    gone = 300 * FRAME
    assert ballot.in_view("CA")
    assert ballot.count(gone + AWAY + 0.1, both) != []


def test_a_code_that_is_seen_now_and_then_has_not_left():
    ballot = Ballot()
    ballot.count(0.0, [read("A"), read("A", ZBAR)])
    assert [ballot.count(n * AWAY * 0.9, [read("A"), read("A", ZBAR)]) for n in range(1, 6)] == [[]] * 5


def test_the_read_that_tells_of_gs1_is_the_one_given():
    frame = [read("0103", ZBAR), Read(b"0103", "]C1", "C0103", ZXING, HERE)]
    assert [one.symbology for one in Ballot().count(0, frame)] == ["]C1"]


def test_a_photograph_is_settled_when_nothing_is_left_to_decide():
    ballot = Ballot(corrected=1)
    assert not ballot.settled()
    ballot.count(0, [read("A", symbology="]Q1"), read("B", quad=THERE)])
    assert not ballot.settled()
    ballot.count(0, [read("B", ZBAR, quad=THERE)])
    assert ballot.settled()


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from((ZXING, ZBAR))), max_size=4), min_size=1, max_size=40
    )
)
def test_no_text_is_given_on_one_vote_and_memory_does_not_grow(frames):
    ballot = Ballot()
    seen = {"A": 0, "B": 0}
    for number, frame in enumerate(frames):
        for text, _decoder in set(frame):
            seen[text] += 1
        for one in ballot.count(number * FRAME, [read(text, decoder) for text, decoder in frame]):
            assert seen[one.data.decode()] >= 2
    assert len(ballot._votes) <= 4 * (WINDOW / FRAME + 1)
