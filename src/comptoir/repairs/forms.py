"""The forms of the repair desk: options that several parts of a command share."""

from typing import Annotated, NamedTuple

from comptoir.core.i18n import _
from comptoir.desk.options import option
from comptoir.organisms.statuses import Organism
from comptoir.repairs.statuses import Consent, Means, Place, Warranty, Way


class Device(NamedTuple):
    """Options that describe a device."""

    product: Annotated[
        str | None, option("--product", "-p", metavar=_("PRODUCT"), help=_("What it is: see `repair fiche products`."))
    ] = None
    brand: Annotated[str | None, option("--brand", "-b", help=_("Its brand."))] = None
    model: Annotated[str | None, option("--model", "-m", help=_("Its model, as on the nameplate."))] = None
    serial: Annotated[
        str | None, option("--serial", "-s", metavar=_("SERIAL"), help=_("Serial number or IMEI, typed or scanned."))
    ] = None
    nameplate: Annotated[
        str | None,
        option(metavar=_("PHOTO"), help=_("Photograph of the nameplate: kept, its barcode gives the serial number.")),
    ] = None
    bought: Annotated[str | None, option(metavar=_("DAY"), help=_("When it was bought, if that is known."))] = None
    warranty: Annotated[Warranty | None, option(help=_("The warranty it is still under, or `none`."))] = None
    new_brand: Annotated[bool, option(help=_("Take a brand that is not known here."))] = False


class Work(NamedTuple):
    """Options that say what is asked, and where."""

    place: Annotated[Place | None, option(help=_("Where the repair is done, or how the device came."))] = None
    service: Annotated[str | None, option(help=_("What is asked: diagnosis, repair, a screen replaced."))] = None
    fault: Annotated[str | None, option(help=_("What is wrong, as the customer says it."))] = None
    condition: Annotated[str | None, option(help=_("State of the device and what came with it."))] = None
    distance: Annotated[
        int | None, option(metavar="KM", minimum=0, help=_("On site: distance, where no table of postcodes tells it."))
    ] = None
    far_because: Annotated[str, option(metavar=_("REASON"), help=_("On site beyond 100 km: why."))] = ""


class Till(NamedTuple):
    """Options of a deposit: what the till recorded, for this is no cash register."""

    deposit: Annotated[
        str | None, option(metavar=_("AMOUNT"), help=_("Deposit paid at the till; nothing is cashed here."))
    ] = None
    means: Annotated[Means | None, option(help=_("How the deposit was paid."))] = None
    receipt: Annotated[str, option(metavar=_("NUMBER"), help=_("Number of the till's receipt."))] = ""


class Agreement(NamedTuple):
    """Options of what the customer agreed to, and of the bonus."""

    consent: Annotated[
        list[Consent] | None, option("--consent", "-c", help=_("What the customer agrees to in writing."))
    ] = None
    no_bonus: Annotated[bool, option(help=_("Without the repair bonus: a professional, a device under warranty."))] = (
        False
    )
    professional: Annotated[bool, option(help=_("The customer is a professional."))] = False
    private: Annotated[bool, option(help=_("The customer is a private person: do not ask."))] = False


class Going(NamedTuple):
    """Options of what is shown before it is done."""

    dry_run: Annotated[bool, option(help=_("Show the recap and change nothing."))] = False
    yes: Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))] = False


class Telling(NamedTuple):
    """How a customer is told, and when they come."""

    by: Annotated[Way | None, option(help=_("E-mail, text message, or both."))] = None
    on: Annotated[str | None, option(metavar=_("MOMENT"), help=_("Appointment: 2026-11-22T14:30, in Paris."))] = None


class Correction(NamedTuple):
    """What may be corrected of a case."""

    brand: Annotated[str | None, option(help=_("Its brand."))] = None
    model: Annotated[str | None, option(help=_("Its model, as on the nameplate."))] = None
    serial: Annotated[str | None, option(metavar=_("SERIAL"), help=_("Serial number or IMEI, typed or scanned."))] = (
        None
    )
    service: Annotated[str | None, option(help=_("What is asked: diagnosis, repair, a screen replaced."))] = None
    fault: Annotated[str | None, option(help=_("What is wrong, as the customer says it."))] = None
    condition: Annotated[str | None, option(help=_("State of the device and what came with it."))] = None
    consent: Annotated[
        list[Consent] | None, option("--consent", "-c", help=_("What the customer agrees to in writing, one more."))
    ] = None
    symptom: Annotated[str | None, option(metavar=_("CODE"), help=_("Symptom code of the eco-organism."))] = None
    repair_code: Annotated[str | None, option(metavar=_("CODE"), help=_("Repair code of the eco-organism."))] = None
    organism: Annotated[Organism | None, option(help=_("The eco-organism that pays."))] = None
    bought: Annotated[str | None, option(metavar=_("DAY"), help=_("When it was bought."))] = None
    warranty: Annotated[Warranty | None, option(help=_("The warranty it is still under, or `none`."))] = None
    deposit: Annotated[
        str | None, option(metavar=_("AMOUNT"), help=_("Deposit paid at the till; nothing is cashed here."))
    ] = None
    means: Annotated[Means | None, option(help=_("How the deposit was paid."))] = None
    receipt: Annotated[str | None, option(metavar=_("NUMBER"), help=_("Number of the till's receipt."))] = None
    title: Annotated[str | None, option(metavar="M.|Mme", help=_("The customer's civility."))] = None
    last_name: Annotated[str | None, option(help=_("Last name."))] = None
    first_name: Annotated[str | None, option(help=_("First name."))] = None
    email: Annotated[str | None, option(help=_("The customer's e-mail."))] = None
    phone: Annotated[str | None, option(help=_("The customer's phone."))] = None
    line: Annotated[str | None, option(help=_("The customer's address: number and street."))] = None
    complement: Annotated[str | None, option(help=_("Building, floor, door."))] = None
    postcode: Annotated[str | None, option(help=_("Postcode."))] = None
    town: Annotated[str | None, option(help=_("Town."))] = None
    new_brand: Annotated[bool, option(help=_("Take a brand that is not known here."))] = False
    no_bonus: Annotated[bool, option(help=_("Without the repair bonus from now on."))] = False


class Price(NamedTuple):
    """Options of a line's price."""

    price: Annotated[
        str | None, option(metavar=_("AMOUNT"), help=_("Price of one, tax included: 45,00; 0 where it is free."))
    ] = None
    quantity: Annotated[int, option("--quantity", "-q", metavar=_("N"), minimum=1, help=_("How many."))] = 1
    vat: Annotated[str, option(metavar=_("RATE"), help=_("VAT rate in percent: 20, 10, 5,5, 2,1 or 0."))] = "20"


class Bonus(NamedTuple):
    """Options of the bonus that an invoice takes off."""

    bonus: Annotated[
        str | None, option(metavar=_("AMOUNT"), help=_("The bonus that the eco-organism answered; else the scale's."))
    ] = None
    no_bonus: Annotated[bool, option(help=_("Without the bonus."))] = False
