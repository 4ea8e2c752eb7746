"""Writes of resellers and addresses."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, func, select

from comptoir.core.text import fold
from comptoir.parties.tables import Address, Consumer, Reseller


def keep_reseller(session: Session, identity: Mapping[str, str], moment: datetime) -> Reseller:
    """Record a reseller by SIRET; what changed since the last time is brought up to date."""
    kept = session.exec(select(Reseller).where(col(Reseller.siret) == identity["siret"])).first()
    if kept is None:
        kept = Reseller.model_validate({**identity, "created_at": moment})
    else:
        kept.name, kept.email, kept.phone = identity["name"], identity["email"], identity["phone"]
    session.add(kept)
    session.flush()
    return kept


def keep_address(session: Session, reseller: int, place: Mapping[str, str]) -> Address:
    """Record a pickup address of a reseller, once."""
    same = [col(getattr(Address, key)) == value for key, value in place.items()]
    kept = session.exec(select(Address).where(col(Address.reseller_id) == reseller, *same)).first()
    if kept is None:
        kept = Address.model_validate({**place, "reseller_id": reseller})
        session.add(kept)
        session.flush()
    return kept


def keep_consumer(session: Session, person: Mapping[str, str], moment: datetime) -> Consumer:
    """Record a private person, known by name and e-mail; what changed since the last time is brought up to date."""
    known = session.exec(select(Consumer).where(func.lower(col(Consumer.email)) == person["email"].lower()))
    kept = next((each for each in known if _named(each.model_dump()) == _named(person)), None)
    if kept is None:
        kept = Consumer.model_validate({**person, "created_at": moment})
    else:
        kept.sqlmodel_update(dict(person))
    session.add(kept)
    session.flush()
    return kept


def _named(person: Mapping[str, str]) -> tuple[str, str]:
    return fold(person["last_name"]), fold(person["first_name"])
