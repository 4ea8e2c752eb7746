"""State machines: what a flow does not know does not happen. Both flows of buybacks are in buyback/test_rules."""

from enum import StrEnum

import pytest

from comptoir.core.errors import REFUSED
from comptoir.core.flow import Flow, IllegalMove


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    WALLED = "walled"


FLOW = Flow(
    {
        Door.OPEN: frozenset({Door.SHUT}),
        Door.SHUT: frozenset({Door.OPEN, Door.WALLED}),
        Door.WALLED: frozenset(),
    }
)
KNOWN = {(Door.OPEN, Door.SHUT), (Door.SHUT, Door.OPEN), (Door.SHUT, Door.WALLED)}


@pytest.mark.parametrize("target", Door)
@pytest.mark.parametrize("current", Door)
def test_a_pair_moves_where_the_flow_knows_it_and_raises_elsewhere(current: Door, target: Door) -> None:
    assert FLOW.allows(current, target) == ((current, target) in KNOWN)
    if (current, target) in KNOWN:
        assert FLOW.move(current, target) is target
    else:
        with pytest.raises(IllegalMove) as refused:
            FLOW.move(current, target)
        assert refused.value.exit_code == REFUSED
        assert f"`{current}`" in refused.value.message
        assert f"`{target}`" in refused.value.message


@pytest.mark.parametrize("status", Door)
def test_nothing_becomes_what_it_is_unless_the_flow_says_so(status: Door) -> None:
    assert not FLOW.allows(status, status)


def test_a_flow_that_leaves_a_status_undecided_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="walled"):
        Flow({Door.OPEN: frozenset({Door.SHUT}), Door.SHUT: frozenset({Door.WALLED})})
