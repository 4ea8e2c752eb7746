"""Settings: flag, environment, file, default, in that order, each with its origin."""

import getpass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.errors import USAGE
from comptoir.desk import settings
from comptoir.desk.settings import BadSetting, BadSettingsFile, UnknownSetting, load

FLAGS = ("database", "operator")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def environment(file: Path, **variables: str) -> dict[str, str]:
    return {"COMPTOIR_CONFIG": str(file), **variables}


def resolved(name: str, flags: dict[str, str | None], variables: dict[str, str]) -> tuple[str, str]:
    setting = load(flags, variables).resolved[name]
    assert setting.name == name
    assert load(flags, variables)[name] == setting.value
    return setting.value, setting.origin


@pytest.mark.parametrize("name", settings.NAMES)
def test_the_environment_wins_over_the_file_and_the_file_over_the_default(name: str, file: Path) -> None:
    variable = f"COMPTOIR_{name.upper()}"
    assert resolved(name, {}, environment(file))[1] == "default"
    file.write_text(f'{name} = "11"\n')
    assert resolved(name, {}, environment(file)) == ("11", str(file))
    assert resolved(name, {}, environment(file, **{variable: "22"})) == ("22", variable)


@pytest.mark.parametrize("name", FLAGS)
def test_the_flag_wins_over_everything(name: str, file: Path) -> None:
    file.write_text(f'{name} = "11"\n')
    variables = environment(file, **{f"COMPTOIR_{name.upper()}": "22"})
    assert resolved(name, {name: "33"}, variables) == ("33", f"--{name}")
    assert resolved(name, {name: None}, variables) == ("22", f"COMPTOIR_{name.upper()}")


@given(
    st.sampled_from(FLAGS),
    st.none() | st.just("flag"),
    st.none() | st.just("environment"),
    st.booleans(),
)
def test_the_order_holds_whatever_is_given(name: str, flag: str | None, variable: str | None, in_file: bool) -> None:
    here = Path(__file__).with_name("no-such-file.toml")
    origins = {"flag": f"--{name}", "environment": f"COMPTOIR_{name.upper()}"}
    variables = environment(here) | ({origins["environment"]: variable} if variable else {})
    value, origin = resolved(name, {name: flag}, variables)
    first = flag or variable
    assert origin == (origins[first] if first else "default")
    assert first is None or value == first


def test_without_a_file_everything_has_a_default(file: Path) -> None:
    found = load({}, environment(file))
    assert set(found.resolved) == set(settings.NAMES)
    assert {setting.origin for setting in found.resolved.values()} == {"default"}
    assert found.database.name == "comptoir.db"
    assert found.shop_number == 0
    assert found["operator"]


def test_the_operator_is_the_systems_user_by_default(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "anne")
    assert resolved("operator", {}, environment(file)) == ("anne", "default")


@pytest.mark.parametrize("error", [KeyError("uid"), OSError("no"), ImportError("pwd")], ids=repr)
def test_a_user_without_a_name_is_the_program_itself(
    error: Exception, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert resolved("operator", {}, environment(file)) == ("comptoir", "default")


def test_the_file_is_the_one_named_else_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert settings.settings_file({}) == tmp_path / "xdg" / "comptoir" / "config.toml"
    assert settings.settings_file({"COMPTOIR_CONFIG": ""}) == tmp_path / "xdg" / "comptoir" / "config.toml"
    assert settings.settings_file({"COMPTOIR_CONFIG": "/x/y.toml"}) == Path("/x/y.toml")


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("shopname", "shop_name"), ("databse", "database"), ("Operator", "operator"), ("categorie", "categories")],
)
def test_an_unknown_setting_is_told_with_its_file_and_the_nearest_known_one(wrong: str, meant: str, file: Path) -> None:
    file.write_text(f'{wrong} = "x"\n')
    with pytest.raises(UnknownSetting) as refused:
        load({}, environment(file))
    assert refused.value.exit_code == USAGE
    assert f"`{wrong}`" in refused.value.message
    assert str(file) in refused.value.message
    assert f"`{meant}`" in (refused.value.hint or "")


def test_an_unknown_setting_near_none_is_told_with_every_known_one(file: Path) -> None:
    file.write_text('zzzzzz = "x"\n')
    with pytest.raises(UnknownSetting) as refused:
        load({}, environment(file))
    assert all(name in (refused.value.hint or "") for name in settings.NAMES)


@pytest.mark.parametrize(
    "content", [b"database = ", b"database = 'a'\ndatabase = 'b'\n", b"\xff\xfe", b"[[[", b"shop_number = 007\n"]
)
def test_a_file_that_is_no_toml_is_refused_with_its_path_and_the_reason(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(BadSettingsFile) as refused:
        load({}, environment(file))
    assert refused.value.exit_code == USAGE
    told, _path, reason = refused.value.message.partition(f"`{file}`")
    assert told
    assert reason.strip(" :")


def test_a_file_that_cannot_be_read_is_refused_and_not_taken_for_absent(file: Path) -> None:
    file.mkdir()
    with pytest.raises(BadSettingsFile):
        load({}, environment(file))


@pytest.mark.parametrize(("written", "number"), [("0", 0), ('"7"', 7), ("9999", 9999), ('"0042"', 42)])
def test_the_number_of_the_counter_has_one_to_four_figures(written: str, number: int, file: Path) -> None:
    file.write_text(f"shop_number = {written}\n")
    assert load({}, environment(file)).shop_number == number


@pytest.mark.parametrize("value", ["10000", "-1", "1.5", "²", "٣", "１", "x", " 7", "0x1", "00000"])
def test_any_other_number_of_the_counter_is_refused_with_its_value_and_its_origin(value: str, file: Path) -> None:
    with pytest.raises(BadSetting) as refused:
        _ = load({}, environment(file, COMPTOIR_SHOP_NUMBER=value)).shop_number
    assert refused.value.exit_code == USAGE
    assert f"`{value}`" in refused.value.message
    assert "COMPTOIR_SHOP_NUMBER" in refused.value.message


@pytest.mark.parametrize("address", ["postgresql://u@h/base", "sqlite:///x.db", "mysql+pymysql://h"])
def test_an_address_that_this_version_cannot_open_is_refused_and_not_taken_for_a_file(address: str, file: Path) -> None:
    with pytest.raises(BadSetting):
        _ = load({"database": address}, environment(file)).database


def test_a_tilde_in_the_path_of_the_database_is_home(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anne")
    assert load({"database": "~/shop.db"}, environment(file)).database == Path("/home/anne/shop.db")


def test_the_home_of_nobody_is_refused_as_bad_usage(file: Path) -> None:
    with pytest.raises(BadSetting):
        _ = load({"database": "~no-such-person/shop.db"}, environment(file)).database


@pytest.mark.parametrize(
    "content", ["[database]\npath = 'x.db'\n", "shop_name = ['a', 'b']\n", "operator = true\n", "shop_email = 1.5\n"]
)
def test_a_value_of_another_kind_than_a_text_or_a_whole_number_is_refused(content: str, file: Path) -> None:
    file.write_text(content)
    with pytest.raises((BadSetting, BadSettingsFile)):
        load({}, environment(file))


@pytest.mark.parametrize("name", ["database", "operator"])
def test_an_empty_variable_is_no_setting_as_for_the_language_and_the_settings_file(name: str, file: Path) -> None:
    assert resolved(name, {}, environment(file, **{f"COMPTOIR_{name.upper()}": ""}))[1] == "default"
