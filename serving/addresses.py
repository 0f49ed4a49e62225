"""How account ids travel in addresses, whatever characters a company uses in them."""

from starlette.convertors import Convertor, register_url_convertor

ACCOUNT_ID = "{account_id:account}"
"""The part of a route's path that takes the whole rest of the address as an account id."""


class AccountIdConvertor(Convertor[str]):
    """Slashes and line ends are part of an id; Starlette's `path` stops at line ends."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        """Address to id."""
        return value

    def to_string(self, value: str) -> str:
        """Id to address."""
        return value


register_url_convertor("account", AccountIdConvertor())
