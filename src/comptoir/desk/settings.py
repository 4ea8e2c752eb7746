"""Settings: flag, then environment, then the user's file, then default; each says where it came from."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.errors import UsageProblem, reason_of
from comptoir.core.i18n import _, mark
from comptoir.core.later import later
from comptoir.core.refs import SHOP_DIGITS

if TYPE_CHECKING:
    import difflib
    import getpass
    import tomllib

    import platformdirs
else:
    difflib, getpass, platformdirs, tomllib = map(later, ("difflib", "getpass", "platformdirs", "tomllib"))

PREFIX = "COMPTOIR_"


class Entry(NamedTuple):
    """One setting that can be given: its name, its default, what it is for."""

    name: str
    default: str
    description: str


ENTRIES = (
    Entry("database", "", mark("database file")),
    Entry("operator", "", mark("name kept in the history; the system's user by default")),
    Entry("shop_number", "0", mark("number of this counter, 0 to 9999, inside every buyback number")),
    Entry("shop_name", "Comptoir Seconde Vie", mark("name of the shop on documents")),
    Entry("shop_email", "", mark("address that documents give for questions")),
    Entry("categories", "", mark("TOML file of the shop's own categories and questions")),
    Entry("returns_reasons", "", mark("TOML file of the shop's own reasons for a return")),
    Entry("returns_hours", "mon-sat 05:00-22:00", mark("when returns are declared, or `always`")),
    Entry("returns_holidays", "FR", mark("public holidays that close: FR, FR-57 for Moselle, or `none`")),
    Entry("returns_email", "", mark("address that the pre-agreements are sent to")),
    Entry("letters", "", mark("folder of the shop's own letters")),
    Entry("repair_fiches", "", mark("fiches métier that the shop is labelled for, such as 1,3,5")),
    Entry("repair_points", "", mark("TOML file of the shop's own control points and products")),
    Entry("repair_siret", "", mark("SIRET that quotes and invoices bear")),
    Entry("repair_address", "", mark("address that quotes and invoices bear, its lines parted by `;`")),
    Entry("repair_phone", "", mark("phone that slips, quotes and invoices bear")),
    Entry("repair_vat_number", "", mark("VAT number that invoices bear")),
    Entry("repair_postcode", "", mark("postcode that on-site distances are counted from")),
    Entry("postcodes", "", mark("CSV file of postcodes and their coordinates")),
    Entry(
        "ecologic_url",
        "https://apiecologic.e-reparateur.eco/api/v1/ecosupport",
        mark("address of Ecologic, its version included; COMPTOIR_ECOLOGIC_KEY or the keyring has the key"),
    ),
    Entry("ecologic_claims_url", "", mark("address that lists the claims filed with Ecologic, where there is one")),
    Entry("ecologic_site", "", mark("place of repair that is claimed for with Ecologic")),
    Entry("ecologic_payer", "ECOLOGIC", mark("words by which a bank names Ecologic, parted by `;`")),
    Entry("ecosystem_url", "https://prod-api-reparateurs.ecosystem.eco", mark("address of ecosystem")),
    Entry("ecosystem_user", "", mark("user of ecosystem; COMPTOIR_ECOSYSTEM_PASSWORD or the keyring has the password")),
    Entry("ecosystem_repairer", "", mark("number of the repairer with ecosystem, seven digits")),
    Entry("ecosystem_site", "", mark("place of repair with ecosystem; the repairer's number by default")),
    Entry(
        "ecosystem_payer",
        "ECOSYSTEM;ECOSYSTEMES;ECO-SYSTEMES;ESR",
        mark("words by which a bank names ecosystem, parted by `;`"),
    ),
    Entry("sms_url", "", mark("address of the HTTP gateway that sends text messages")),
    Entry("sms_body", "", mark("what the gateway is sent, with {to} and {text}")),
    Entry("sms_headers", "", mark("headers that the gateway wants, parted by `;`, with {secret}")),
    Entry("smtp_host", "", mark("mail server, such as smtp.example.fr or smtp.example.fr:587")),
    Entry("smtp_security", "starttls", mark("how the mail server is spoken to: starttls, tls or none")),
    Entry("smtp_user", "", mark("user of the mail server; COMPTOIR_SMTP_PASSWORD or the keyring has the password")),
    Entry("mail_from", "", mark("address that e-mails come from; shop_email by default")),
)
NAMES = tuple(entry.name for entry in ENTRIES)


class Setting(NamedTuple):
    """A setting's value and where it came from."""

    name: str
    value: str
    origin: str


class UnknownSetting(UsageProblem):
    """The settings file names something that does not exist."""

    def __init__(self, name: str, path: Path) -> None:
        near = difflib.get_close_matches(name, NAMES, 1)
        super().__init__(
            _("`{path}` has an unknown setting `{name}`").format(path=path, name=name),
            _("did you mean `{near}`?").format(near=near[0])
            if near
            else _("known ones: {names}").format(names=", ".join(NAMES)),
        )


class BadSetting(UsageProblem):
    """A setting's value cannot be used."""

    def __init__(self, setting: Setting, reason: str) -> None:
        super().__init__(
            _("setting `{name}` = `{value}` ({origin}): {reason}").format(
                name=setting.name, value=setting.value, origin=setting.origin, reason=reason
            )
        )


class BadSettingsFile(UsageProblem):
    """The settings file cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(_("cannot read `{path}`: {reason}").format(path=path, reason=reason))


class Settings:
    """Every setting, resolved."""

    def __init__(self, resolved: Mapping[str, Setting]) -> None:
        self.resolved = resolved

    def __getitem__(self, name: str) -> str:
        return self.resolved[name].value

    @property
    def database(self) -> Path:
        """Give the path of the database file; raise BadSetting for an address this version cannot open."""
        setting = self.resolved["database"]
        if "://" in setting.value:
            raise BadSetting(setting, _("this version keeps its data in a local file: give a path"))
        try:
            return Path(setting.value).expanduser()
        except RuntimeError as error:
            raise BadSetting(setting, _("nobody has this home folder")) from error

    @property
    def shop_number(self) -> int:
        """Give the number of this counter, 0 to 9999; raise BadSetting."""
        setting = self.resolved["shop_number"]
        value = setting.value
        if not (value.isascii() and value.isdigit() and len(value) <= SHOP_DIGITS):
            raise BadSetting(setting, _("it takes 1 to 4 digits"))
        return int(value)


def settings_file(environment: Mapping[str, str]) -> Path:
    """Give the path of the user's settings file."""
    named = environment.get(PREFIX + "CONFIG")
    return Path(named) if named else platformdirs.user_config_path("comptoir") / "config.toml"


def load(flags: Mapping[str, str | None], environment: Mapping[str, str]) -> Settings:
    """Resolve every setting; raise UnknownSetting or BadSettingsFile for a file that is wrong."""
    path = settings_file(environment)
    written = _read(path)
    resolved = {}
    for entry in ENTRIES:
        variable = PREFIX + entry.name.upper()
        if flag := flags.get(entry.name):
            resolved[entry.name] = Setting(entry.name, flag, f"--{entry.name}")
        elif environment.get(variable):
            resolved[entry.name] = Setting(entry.name, environment[variable], variable)
        elif entry.name in written:
            resolved[entry.name] = Setting(entry.name, written[entry.name], str(path))
        else:
            resolved[entry.name] = Setting(entry.name, entry.default or _fallback(entry.name), "default")
    return Settings(resolved)


def _fallback(name: str) -> str:
    if name == "database":
        return str(platformdirs.user_data_path("comptoir") / "comptoir.db")
    if name == "operator":
        return _system_user()
    return ""


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container whose user has no name
        return "comptoir"


def _read(path: Path) -> dict[str, str]:
    try:
        text = path.read_text("utf-8")
        written = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadSettingsFile(path, reason_of(error)) from error
    for name in written:
        if name not in NAMES:
            raise UnknownSetting(name, path)
        if isinstance(written[name], bool) or not isinstance(written[name], str | int):
            raise BadSettingsFile(path, _("`{name}` takes a text").format(name=name))
    return {name: str(value) for name, value in written.items()}
