"""What speaking to each organism takes: addresses and accounts from the settings, secrets from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _
from comptoir.desk.places import header_safe, secret, web_address
from comptoir.desk.settings import BadSetting, Settings
from comptoir.organisms.statuses import Organism

# Where each secret comes from: its name in the keyring; the environment has it in capitals, as settings are.
SECRETS: Mapping[Organism, str] = {Organism.ECOLOGIC: "ecologic_key", Organism.ECOSYSTEM: "ecosystem_password"}


@dataclass(frozen=True)
class EcologicAccess:
    """Where Ecologic is, where it lists what was filed (empty for nowhere), and the key of the account."""

    url: str
    claims_url: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class EcosystemAccess:
    """Where ecosystem is, and the account."""

    url: str
    user: str
    password: str = field(repr=False)


class NoOrganismSecret(UsageProblem):
    """An organism is to be spoken to, and nobody gave what opens it."""

    def __init__(self, organism: Organism) -> None:
        told = {
            Organism.ECOLOGIC: _("the key of the Ecologic account is not known"),
            Organism.ECOSYSTEM: _("the password of the ecosystem account is not known"),
        }
        super().__init__(told[organism], secret_hint(organism))


class BadOrganismKey(UsageProblem):
    """A key that cannot travel."""

    def __init__(self) -> None:
        super().__init__(
            _("the key of the Ecologic account has characters that a header cannot have"),
            secret_hint(Organism.ECOLOGIC),
        )


class NoOrganismUser(UsageProblem):
    """ecosystem is to be spoken to, and no setting says as whom."""

    def __init__(self) -> None:
        super().__init__(
            _("the user of ecosystem is not known"),
            _('name it in the settings file or in COMPTOIR_ECOSYSTEM_USER: `ecosystem_user = "2000123"`'),
        )


def secret_hint(organism: Organism) -> str:
    """Say where the secret of an account is given."""
    name = SECRETS[organism]
    return _("give it in {variable}, or keep it with `keyring set comptoir {name}`").format(
        variable=f"COMPTOIR_{name.upper()}", name=name
    )


def ecologic_access(settings: Settings, environment: Mapping[str, str]) -> EcologicAccess:
    """Gather what speaking to Ecologic takes; raise BadSetting, NoOrganismSecret and BadOrganismKey."""
    url = _base(settings, "ecologic_url", "https://apiecologic.e-reparateur.eco/api/v1/ecosupport", "ECOLOGIC_KEY")
    listed = settings.resolved["ecologic_claims_url"]
    claims = ""
    if listed.value.strip():
        example = "https://api.agoraplus.com/api/v2/repair/getwarrantyclaims"
        claims = web_address(listed, example, "COMPTOIR_ECOLOGIC_KEY")
    key = _secret(Organism.ECOLOGIC, environment)
    if not header_safe(key):
        raise BadOrganismKey
    return EcologicAccess(url, claims, key)


def ecosystem_access(settings: Settings, environment: Mapping[str, str]) -> EcosystemAccess:
    """Gather what speaking to ecosystem takes; raise BadSetting, NoOrganismUser and NoOrganismSecret."""
    url = _base(settings, "ecosystem_url", "https://prod-api-reparateurs.ecosystem.eco", "ECOSYSTEM_PASSWORD")
    user = settings["ecosystem_user"].strip()
    if not user:
        raise NoOrganismUser
    return EcosystemAccess(url, user, _secret(Organism.ECOSYSTEM, environment))


def _base(settings: Settings, name: str, example: str, secrets: str) -> str:
    """Give an address that the methods of an organism are under."""
    setting = settings.resolved[name]
    url = web_address(setting, example, f"COMPTOIR_{secrets}")
    if "?" in url:
        raise BadSetting(setting, _("write it like {example}").format(example=example))
    return url.rstrip("/")


def _secret(organism: Organism, environment: Mapping[str, str]) -> str:
    found = secret(SECRETS[organism], environment).strip()
    if not found:
        raise NoOrganismSecret(organism)
    return found
