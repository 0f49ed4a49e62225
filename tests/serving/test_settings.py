import pytest

from serving.settings import LOOPBACK, Settings, SettingsError, read_settings


def test_loopback_unless_said_otherwise():
    settings = read_settings({})
    assert settings == Settings(host="127.0.0.1", port=8000, store=None)
    assert settings.hosts == LOOPBACK


def test_the_environment_is_read():
    environment = {
        "FOREWARN_HOST": "0.0.0.0",
        "FOREWARN_PORT": "80",
        "FOREWARN_STORE": "postgresql://db/forewarn",
    }
    settings = read_settings(environment)
    assert settings == Settings("0.0.0.0", 80, "postgresql://db/forewarn")
    assert settings.hosts is None


@pytest.mark.parametrize("port", ["x", "-1", "65536", "8000.0", "８０"])
def test_a_port_is_a_number_up_to_65535(port):
    with pytest.raises(SettingsError, match=f"FOREWARN_PORT is '{port}'; allowed is a number"):
        read_settings({"FOREWARN_PORT": port})


def test_who_has_to_log_in():
    assert not read_settings({}).needs_login
    assert read_settings({"FOREWARN_LOGIN": "keys"}).needs_login
    assert read_settings({"FOREWARN_HOST": "0.0.0.0"}).needs_login
    assert read_settings({"FOREWARN_CSM_SEES": "all"}).csm_sees_all
    assert not read_settings({}).csm_sees_all


@pytest.mark.parametrize("name", ["FOREWARN_LOGIN", "FOREWARN_CSM_SEES"])
def test_other_words_are_refused(name):
    with pytest.raises(SettingsError, match=f"{name} is 'maybe'; allowed: "):
        read_settings({name: "maybe"})


OIDC = {
    "FOREWARN_OIDC_ISSUER": "https://id.example",
    "FOREWARN_OIDC_CLIENT_ID": "forewarn",
    "FOREWARN_OIDC_CLIENT_SECRET": "hush",
    "FOREWARN_OIDC_ROLES": "data=data_scientist, success team=csm",
    "FOREWARN_URL": "https://health.example",
}


def test_logins_of_people_are_read():
    settings = read_settings(OIDC)
    assert settings.oidc is not None
    assert list(settings.oidc.identity.roles) == ["data", "success team"]
    assert settings.needs_login
    assert settings.hosts == LOOPBACK | {"health.example"}
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("FOREWARN_OIDC_CLIENT_SECRET", "", "is missing"),
        ("FOREWARN_URL", "", "is missing"),
        ("FOREWARN_URL", "http://health.example", "an address with https://"),
        ("FOREWARN_OIDC_ISSUER", "id.example", "an address with https://"),
        ("FOREWARN_OIDC_ROLES", "data=admin", "'data=admin'; allowed is GROUP=ROLE"),
        ("FOREWARN_OIDC_ROLES", "=csm", "allowed is GROUP=ROLE"),
    ],
)
def test_settings_of_logins_that_cannot_be_used(name, value, why):
    with pytest.raises(SettingsError, match=why):
        read_settings(OIDC | {name: value})


def test_a_running_mlflow_is_named_by_its_address():
    assert (
        read_settings({"FOREWARN_MLFLOW": "https://m.example/x/"}).mlflow == "https://m.example/x"
    )
    with pytest.raises(SettingsError, match="FOREWARN_MLFLOW is 'javascript:"):
        read_settings({"FOREWARN_MLFLOW": "javascript:alert(1)"})
