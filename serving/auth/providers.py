"""From the settings to a provider of logins; the libraries come with an extra."""

from typing import TYPE_CHECKING

from serving.settings import OidcSettings, SettingsError

if TYPE_CHECKING:
    from serving.auth.oidc import SignIn

START = "/login/oidc"
CALLBACK = "/login/oidc/callback"
"""Where the provider sends browsers back to, below the address of the service."""


def sign_in_with(settings: OidcSettings) -> "SignIn":
    """Logs people in with the provider of the settings.

    Raises:
        SettingsError: the libraries for it are not installed.
    """
    try:
        from serving.auth.oidc import Provider, SignIn
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"FOREWARN_OIDC_ISSUER is set, and {error.name} is not installed: install "
            "forewarn[oidc], or leave it out."
        ) from error
    redirect = settings.url.rstrip("/") + CALLBACK
    provider = Provider(
        settings.issuer, settings.client_id, settings.client_secret, redirect, settings.identity
    )
    return SignIn(provider)
