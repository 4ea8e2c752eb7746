"""Documents as issued: what is kept comes back the same, through JSON."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.desk import paper as vocabulary
from comptoir.desk.paper import Paper, from_content, to_content

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def many(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "Heading": {"text": text, "level": st.integers(1, 3)},
    "Paragraph": {"text": text, "tone": st.sampled_from(["plain", "small", "warning"])},
    "Facts": {"rows": many(st.tuples(text, text)), "title": text},
    "Pair": {"left_title": text, "left": many(text), "right_title": text, "right": many(text)},
    "Table": {
        "titles": many(text),
        "rows": many(many(text)),
        "widths": many(st.integers(1, 100)),
        "figures": many(st.integers(0, 5)),
    },
    "Total": {"label": text, "amount": text},
    "Barcode": {"number": text, "caption": text},
    "Codes": {"cards": many(st.tuples(text, text, text)), "columns": st.integers(1, 3)},
    "Steps": {"steps": many(st.tuples(text, many(text)))},
    "Boxes": {"items": many(st.tuples(st.booleans(), text))},
    "CutLine": {"caption": text},
    "Blank": {"label": text, "lines": st.integers(0, 9)},
    "Signature": {"date_label": text, "label": text},
}
blocks = st.one_of(*(st.builds(vocabulary.KINDS[name], **fields) for name, fields in FIELDS.items()))
papers = st.builds(
    Paper, title=text, issuer=text, issued_at=text, blocks=st.lists(blocks, max_size=5).map(tuple), note=text
)


def test_every_kind_of_block_is_tried_here() -> None:
    assert set(FIELDS) == set(vocabulary.KINDS) == {kind.__name__ for kind in get_args(vocabulary.Block)}


@given(papers)
def test_a_paper_kept_comes_back_the_same(paper: Paper) -> None:
    assert from_content(to_content(paper)) == paper
    assert repr(from_content(to_content(paper))) == repr(paper)


@given(papers)
def test_a_paper_kept_as_json_comes_back_the_same_down_to_its_types(paper: Paper) -> None:
    kept = json.loads(json.dumps(to_content(paper)))
    assert repr(from_content(kept)) == repr(paper)
    assert json.loads(json.dumps(to_content(from_content(kept)))) == kept


@given(papers)
def test_reading_a_paper_leaves_what_was_kept_as_it_was(paper: Paper) -> None:
    kept = json.loads(json.dumps(to_content(paper)))
    before = json.dumps(kept)
    from_content(kept)
    assert json.dumps(kept) == before


@pytest.mark.parametrize("name", FIELDS)
def test_a_block_cannot_be_changed_once_made(name: str) -> None:
    fields = {key: () if "tuple" in repr(kind) else "x" for key, kind in vocabulary.KINDS[name].__annotations__.items()}
    block = vocabulary.KINDS[name](**fields)
    with pytest.raises(AttributeError):
        block.text = "y"


def test_a_paper_kept_by_a_version_without_a_new_field_still_comes_back() -> None:
    kept = {"title": "t", "issuer": "i", "issued_at": "", "note": "", "blocks": [{"block": "Barcode", "number": "1"}]}
    assert from_content(kept).blocks == (vocabulary.Barcode("1"),)
