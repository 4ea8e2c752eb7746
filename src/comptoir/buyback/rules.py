"""Statuses, limits and refusals of a buyback."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from comptoir.core.errors import NotFound, Refused, UsageProblem, raise_all
from comptoir.core.flow import Flow, IllegalMove
from comptoir.core.i18n import _, mark, ngettext
from comptoir.core.later import later
from comptoir.core.refs import NUMBER_LENGTH, is_number, typed
from comptoir.core.text import fold

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from comptoir.catalog.diagnosis import Option
    from comptoir.core import money
else:
    money = later("comptoir.core.money")

MOST_DEVICES = 10
SHORTEST_SUFFIX = 2


class BuybackStatus(StrEnum):
    """Where a buyback stands."""

    WAITING_SHIPMENT = "waiting_shipment"
    IN_TRANSIT = "in_transit"
    PROCESSING = "processing"
    COMPLETED = "completed"
    COMPLETED_NEGOTIATED = "completed_negotiated"
    NOT_COMPLETED = "not_completed"
    DROP_IN_STORE = "drop_in_store"
    CANCELLED = "cancelled"


class DeviceStatus(StrEnum):
    """Where the device itself is."""

    WAITING_SHIPMENT = "waiting_shipment"
    IN_TRANSIT = "in_transit"
    REFURBISHED = "refurbished"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    LOST_IN_STORE = "lost_in_store"
    LOST_IN_TRANSIT = "lost_in_transit"
    LOST_IN_WORKSHOP = "lost_in_workshop"


BUYBACK_WORDS: Mapping[str, str] = {
    BuybackStatus.WAITING_SHIPMENT: mark("waiting for shipment"),
    BuybackStatus.IN_TRANSIT: mark("in transit"),
    BuybackStatus.PROCESSING: mark("being processed"),
    BuybackStatus.COMPLETED: mark("completed"),
    BuybackStatus.COMPLETED_NEGOTIATED: mark("completed after negotiation"),
    BuybackStatus.NOT_COMPLETED: mark("not completed"),
    BuybackStatus.DROP_IN_STORE: mark("to be dropped in the store"),
    BuybackStatus.CANCELLED: mark("cancelled"),
}
DEVICE_WORDS: Mapping[str, str] = {
    DeviceStatus.WAITING_SHIPMENT: mark("waiting for shipment"),
    DeviceStatus.IN_TRANSIT: mark("in transit"),
    DeviceStatus.REFURBISHED: mark("refurbished"),
    DeviceStatus.RETURNED: mark("returned to the client"),
    DeviceStatus.CANCELLED: mark("device cancelled"),
    DeviceStatus.LOST_IN_STORE: mark("lost in the store"),
    DeviceStatus.LOST_IN_TRANSIT: mark("lost in transit"),
    DeviceStatus.LOST_IN_WORKSHOP: mark("lost in the workshop"),
}

_B, _D = BuybackStatus, DeviceStatus
BUYBACK_FLOW = Flow(
    {
        _B.WAITING_SHIPMENT: frozenset({_B.IN_TRANSIT, _B.DROP_IN_STORE, _B.NOT_COMPLETED, _B.CANCELLED}),
        _B.DROP_IN_STORE: frozenset({_B.IN_TRANSIT, _B.PROCESSING, _B.NOT_COMPLETED, _B.CANCELLED}),
        _B.IN_TRANSIT: frozenset({_B.PROCESSING, _B.NOT_COMPLETED}),
        _B.PROCESSING: frozenset({_B.COMPLETED, _B.COMPLETED_NEGOTIATED, _B.NOT_COMPLETED}),
        _B.COMPLETED: frozenset(),
        _B.COMPLETED_NEGOTIATED: frozenset(),
        _B.NOT_COMPLETED: frozenset(),
        _B.CANCELLED: frozenset(),
    }
)
DEVICE_FLOW = Flow(
    {
        _D.WAITING_SHIPMENT: frozenset({_D.IN_TRANSIT, _D.LOST_IN_STORE, _D.CANCELLED}),
        _D.IN_TRANSIT: frozenset({_D.REFURBISHED, _D.RETURNED, _D.LOST_IN_TRANSIT, _D.LOST_IN_WORKSHOP}),
        _D.REFURBISHED: frozenset(),
        _D.RETURNED: frozenset(),
        _D.CANCELLED: frozenset(),
        _D.LOST_IN_STORE: frozenset(),
        _D.LOST_IN_TRANSIT: frozenset(),
        _D.LOST_IN_WORKSHOP: frozenset(),
    }
)


class Answer(NamedTuple):
    """An answer of the diagnosis as it was given, its words kept."""

    question: str
    text: str
    answer: str
    label: str


class Item(NamedTuple):
    """A device in a basket, quoted."""

    article_code: str
    category: str
    brand: str
    name: str
    answers: tuple[Answer, ...]
    grade: str
    price: "Decimal"
    transport: str
    payment: str

    def told_answers(self) -> list[dict[str, str]]:
        """Give the answers as plain values, to be kept."""
        return [answer._asdict() for answer in self.answers]


class Priced(Protocol):
    """Whatever has been quoted."""

    @property
    def price(self) -> "Decimal":
        """Its estimate."""


class PaperKind(StrEnum):
    """The papers of a buyback."""

    LABEL = "label"
    DEED = "deed"
    LIST = "list"
    INSTRUCTIONS = "instructions"


PAPER_WORDS: Mapping[str, str] = {
    PaperKind.LABEL: mark("traceability label"),
    PaperKind.DEED: mark("transfer deed"),
    PaperKind.LIST: mark("shipping list"),
    PaperKind.INSTRUCTIONS: mark("shipping instructions"),
}


class Sort(StrEnum):
    """What a list is sorted by."""

    DATE = "date"
    NUMBER = "number"
    PRICE = "price"
    PRODUCT = "product"
    STATUS = "status"


class By(NamedTuple):
    """Who acts, when, and at which counter."""

    operator: str
    moment: "datetime"
    shop: int = 0


class BasketFull(Refused):
    """An eleventh device."""

    def __init__(self) -> None:
        super().__init__(
            _("a basket holds {most} devices at most").format(most=MOST_DEVICES),
            _("validate it with `comptoir buyback validate`; more devices at once are the matter of a fleet quote"),
        )


class NumbersUsedUp(Refused):
    """A counter has given all its numbers."""

    def __init__(self, shop: int) -> None:
        super().__init__(
            _("counter {shop} has given all its numbers").format(shop=shop),
            _("give this counter another `shop_number`"),
        )


class EmptyBasket(Refused):
    """Nothing to validate."""

    def __init__(self) -> None:
        super().__init__(_("the basket is empty"), _("add a device with `comptoir buyback add CODE`"))


class NotInBasket(NotFound):
    """No device stands at this position of the basket."""

    def __init__(self, position: int, size: int) -> None:
        super().__init__(
            _("the basket has no device number {position}").format(position=position),
            _("it holds {size}: `comptoir buyback basket`").format(size=size),
        )


class PriceChanged(Refused):
    """The catalogue's price is no longer the one that was quoted."""

    def __init__(self, position: int, name: str, quoted: "Decimal", now: "Decimal | None") -> None:
        told = money.spoken(now) if now is not None else _("no longer in the catalogue")
        super().__init__(
            _("device {position}, {name}: quoted {quoted}, now {now}").format(
                position=position, name=name, quoted=money.spoken(quoted), now=told
            ),
            _("quote it again: `comptoir buyback remove {position}`, then add").format(position=position),
        )


class BasketChanged(Refused):
    """Somebody changed the basket while its recap was read."""

    def __init__(self) -> None:
        super().__init__(_("the basket changed meanwhile"), _("look at it again: `comptoir buyback basket`"))


class Unavailable(Refused):
    """A transport or a payment that this device does not have."""

    def __init__(self, asked: str, offers: "Sequence[Option]") -> None:
        listed = ", ".join(f"{offer.key} ({offer.label})" for offer in offers)
        super().__init__(
            _("`{asked}` is not available for this device").format(asked=asked),
            _("available: {listed}").format(listed=listed),
        )


class BadPair(UsageProblem):
    """An answer that is not written `question=choice`."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`--answer {text}` is not written question=choice").format(text=text), _("such as --answer works=yes")
        )


class NotANumber(UsageProblem):
    """A text that is no buyback number."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` is not a buyback number").format(text=text),
            _("13 digits under the barcode, or its last ones, two at least"),
        )


class MistypedNumber(UsageProblem):
    """Thirteen digits whose check digit is wrong."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` has a wrong check digit: a figure was mistyped").format(text=text),
            _("scan it, or type its last figures"),
        )


class UnknownBuyback(NotFound):
    """No buyback, or several, have this number."""

    def __init__(self, text: str, candidates: Sequence[str]) -> None:
        super().__init__(
            _("several buybacks end in `{text}`").format(text=text)
            if candidates
            else _("there is no buyback `{text}`").format(text=text),
            _("candidates: {numbers}").format(numbers=", ".join(candidates))
            if candidates
            else _("`comptoir buyback list` shows them"),
        )


class NotCancellable(IllegalMove):
    """A buyback that has left cannot be cancelled."""

    def __init__(self, number: str, status: BuybackStatus) -> None:
        Refused.__init__(
            self,
            _("buyback {number} is {status}: it can no longer be cancelled").format(
                number=number, status=_(BUYBACK_WORDS[status])
            ),
            _("only a buyback that has not left can be"),
        )


def pairs(given: Iterable[str]) -> dict[str, str]:
    """Read `question=choice` pairs; raise every one that is not."""
    texts = list(given)
    raise_all([BadPair(text) for text in texts if "=" not in text])
    return {key.strip(): value.strip() for key, _equals, value in (text.partition("=") for text in texts)}


def picked(asked: str | None, offers: "Sequence[Option]") -> "Option":
    """Give the offer asked for by key or label, or the first one; raise Unavailable."""
    for offer in offers:
        if asked is None or fold(asked) in {fold(offer.key), fold(offer.label)}:
            return offer
    raise Unavailable(asked or "", offers)


def check_room(held: int) -> None:
    """Raise BasketFull where the basket takes no more."""
    if held >= MOST_DEVICES:
        raise BasketFull


def check_prices(quoted: "Sequence[tuple[str, Decimal]]", now: "Sequence[Decimal | None]") -> None:
    """Raise every device whose price is no longer the one quoted."""
    raise_all(
        [
            PriceChanged(position, name, price, current)
            for position, ((name, price), current) in enumerate(zip(quoted, now, strict=True), 1)
            if price != current
        ]
    )


def suffix(text: str) -> str:
    """Give the digits of a number or of its end; raise NotANumber or MistypedNumber."""
    digits = typed(text)
    if not (digits.isascii() and digits.isdigit() and SHORTEST_SUFFIX <= len(digits) <= NUMBER_LENGTH):
        raise NotANumber(text)
    if len(digits) == NUMBER_LENGTH and not is_number(digits):
        raise MistypedNumber(text)
    return digits


def total(items: Sequence[Priced]) -> str:
    """Write the total of a basket and the room left in it."""
    amount = sum((item.price for item in items), money.ZERO)
    counted = ngettext("{count} device", "{count} devices", len(items)).format(count=len(items))
    return _("Total: {amount} ({counted} of {most})").format(
        amount=money.spoken(amount), counted=counted, most=MOST_DEVICES
    )
