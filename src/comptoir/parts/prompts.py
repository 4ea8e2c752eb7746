"""What commands on parts ask and read."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.errors import ComptoirError, MissingValue, noted, raise_all
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.options import option
from comptoir.parts import queries, rules
from comptoir.parts.queries import PurchaseRow
from comptoir.parts.rules import FLAGS, ORIGIN_WORDS, MissingProvenance, Origin

if TYPE_CHECKING:
    from comptoir.core import paris, sheet
    from comptoir.parts import services
else:
    paris, sheet = later("comptoir.core.paris"), later("comptoir.core.sheet")
    services = later("comptoir.parts.services")

Given = dict[str, str | None]  # by the names of a purchase's fields, None where nothing was given


class Told(NamedTuple):
    """Options that tell of a purchase."""

    designation: Annotated[
        str | None, option(metavar=_("TEXT"), help=_("What the part is; the last one's name by default."))
    ] = None
    origin: Annotated[Origin | None, option(help=_("New, second-hand, or of the circular economy."))] = None
    supplier: Annotated[str | None, option(metavar=_("NAME"), help=_("Who sold it."))] = None
    invoice: Annotated[str | None, option(metavar=_("NUMBER"), help=_("Number of the supplier's invoice."))] = None
    on: Annotated[
        str | None,
        option(metavar=_("DAY"), help=_("Day of the purchase: 2026-11-22, 22/11/2026, 7d; today by default.")),
    ] = None
    quantity: Annotated[int | None, option("--quantity", "-q", help=_("How many; one by default."))] = None
    cost: Annotated[str | None, option(metavar=_("AMOUNT"), help=_("What one cost, excluding VAT."))] = None
    donor: Annotated[
        str | None,
        option(metavar=_("TEXT"), help=_("The device a part was taken from: its serial number or its case.")),
    ] = None
    note: Annotated[str, option(metavar=_("TEXT"), help=_("A word to keep with the purchase."))] = ""

    def form(self, reference: str) -> Given:
        """Give what was given."""
        renamed = {"bought_on": self.on, "unit_cost": self.cost}
        quantity = None if self.quantity is None else str(self.quantity)
        kept = {name: value for name, value in self._asdict().items() if name in FLAGS}
        return {"reference": reference, **kept, **renamed, "quantity": quantity}


def bought(desk: Desk, reference: str, told: Told, *, again: bool) -> PurchaseRow:
    """Record a purchase, what is missing asked for; one that is known already is told and left as it is."""
    purchase = rules.read(_form(desk, told.form(reference)), desk.today())
    with desk.writing() as session:
        done = services.buy(session, purchase, desk.by(), again=again)
    if not done.is_new:
        same = _("purchase {number} tells the same already: nothing was recorded; `--again` records it once more")
        desk.out.say(same.format(number=done.id))
    with desk.reading() as reader:
        return queries.purchase(reader, done.id)


def imported(desk: Desk, name: str, *, strict: bool) -> "sheet.Tally":
    """Import a file or the standard input, each refused line told as it comes."""
    with sheet.opened(name) as file, desk.writing() as session:
        return services.import_purchases(
            session, file, lambda problem: desk.out.say(problem.message), desk.by(), strict=strict
        )


def days(desk: Desk, since: str, until: str) -> dict[str, str]:
    """Give the ISO days that options name; raise BadDay."""
    asked = {"since": since, "until": until}
    return {key: paris.day_asked(f"--{key}", text, desk.today()).isoformat() for key, text in asked.items() if text}


def _form(desk: Desk, given: Given) -> dict[str, str]:
    """Complete a form: by what is known of the reference, by asking, or by what goes without saying."""
    _check_given(given, desk.today())
    if given["designation"] is None:
        with desk.reading() as reader:
            given["designation"] = queries.designation(reader, given["reference"] or "") or None
    form = _asked(desk, given) if desk.can_ask else _filled(desk, given)
    return {name: form[name] or "" for name in FLAGS}


def _check_given(given: Given, now: date) -> None:
    """Raise what is wrong with the texts that were given, before anything is asked."""
    found: list[ComptoirError] = []
    for name, check in _checks(now).items():
        text = given[name]
        if text is not None and (text or name not in _NOTHING_SAID):
            with noted(found):
                check(text)
    raise_all(found)


def _checks(now: date) -> dict[str, Callable[[str], object]]:
    return {name: rules.line(name) for name in rules.TEXTS} | {
        "bought_on": lambda text: rules.day(text, now),
        "quantity": rules.quantity,
        "unit_cost": rules.cost,
    }


_NOTHING_SAID = ("unit_cost",)  # a part taken from a device may have cost nothing


def _filled(desk: Desk, form: Given) -> Given:
    """Fill what goes without saying; raise MissingValue and MissingProvenance for the rest, all at once."""
    is_new = form["origin"] == Origin.NEW
    needed = ["designation", "origin"]
    needed += ["supplier", "invoice"] if is_new else []
    needed += ["unit_cost"] if is_new or not form["donor"] else []
    problems: list[ComptoirError] = [MissingValue(FLAGS[name]) for name in needed if form[name] is None]
    if form["origin"] and not (is_new or form["donor"] or (form["supplier"] and form["invoice"])):
        problems.append(MissingProvenance(Origin(form["origin"])))
    raise_all(problems)
    return {
        **form,
        "bought_on": form["bought_on"] or desk.today().isoformat(),
        "quantity": form["quantity"] or "1",
    }


def _asked(desk: Desk, form: Given) -> Given:
    """Ask for what is missing, in the order of an invoice."""
    now = desk.today()
    checks = _checks(now)

    def ask(name: str, question: str, default: str = "", check: Callable[[str], object] | None = None) -> None:
        """Ask for a field that was not given."""
        if form[name] is None:
            form[name] = desk.ask.text(question, check or checks[name], default)

    ask("designation", _("Designation"))
    if form["origin"] is None:
        offered = [(key, _(word), "") for key, word in ORIGIN_WORDS.items()]
        form["origin"] = desk.ask.choose(_("Where does the part come from?"), offered)
    if form["origin"] == Origin.NEW:
        ask("supplier", _("Supplier"), check=rules.needed("supplier"))
        ask("invoice", _("Number of the invoice"), check=rules.needed("invoice"))
    elif not form["donor"]:
        ask("supplier", _("Supplier (Enter where it was taken from a device)"))
        form["invoice"] = form["invoice"] if form["supplier"] else form["invoice"] or ""
        ask("invoice", _("Number of the invoice"), check=rules.needed("invoice"))
        form["donor"] = None if not form["supplier"] else form["donor"] or ""
        ask("donor", _("Serial number or case of that device"), check=rules.needed("donor"))
    ask("bought_on", _("Day of the purchase"), now.strftime("%d/%m/%Y"))
    ask("quantity", _("Quantity"), "1")
    ask("unit_cost", _("Unit cost excl. tax"), "0" if form["donor"] and form["origin"] != Origin.NEW else "")
    return form
