"""Why organisms refuse, in plain words: every known number and word, whatever stands around it."""

import pytest

from comptoir.organisms.statuses import Organism
from comptoir.qualirepar import reasons

UNKNOWN = "voyez-la sur le portail de l'éco-organisme, corrigez, puis refaites la demande"


@pytest.mark.parametrize("form", ["{code} : texte", "Rejeté ({code} : texte)", "({code}) texte", "{code}"])
@pytest.mark.parametrize("code", sorted(reasons.NUMBERED))
def test_a_number_is_found_in_every_form(code: str, form: str) -> None:
    told = reasons.explained(Organism.ECOSYSTEM, form.format(code=code))
    other = {each: reasons.explained(Organism.ECOSYSTEM, each) for each in reasons.NUMBERED if each != code}
    assert told.plain
    assert told.todo
    assert told.plain not in {each.plain for each in other.values()}


@pytest.mark.parametrize(
    "reason",
    [
        "04 : jamais vu",
        "99",
        "Facture F2026-00001",
        "10-03-2026 : reçue",
        "du 10/03/2026",
        "reçu 25 euros",
        "IMEI 490154203237518",
        "",
    ],
)
def test_what_no_number_tells_is_never_guessed(reason: str) -> None:
    assert reasons.explained(Organism.ECOSYSTEM, reason).plain in {
        reason, "le document envoyé n'est pas une facture", "le numéro de série ou l'IMEI ne convient pas",
    }  # fmt: skip


def test_a_number_of_ecologic_is_no_reason_of_ecosystem() -> None:
    assert reasons.explained(Organism.ECOLOGIC, "Dossier 08") == ("Dossier 08", UNKNOWN)


@pytest.mark.parametrize(("words", "said"), [
    ("NUMÉRO FACTURE DÉJÀ UTILISÉ", "un contrôle automatique"),
    ("Ce numéro de série ou IMEI a déjà fait l'objet d'une demande", "cet appareil a déjà"),
    ("Plaque : le numéro de série ne se lit pas", "la photo de la plaque"),
    ("code IRIS non valide : XX1", "cette panne n'a pas droit"),
    ("Validation consommateur manquante", "le document signé"),
])  # fmt: skip
def test_the_first_words_that_tell_are_those_of_the_case(words: str, said: str) -> None:
    assert reasons.explained(Organism.ECOLOGIC, words).plain.startswith(said)
