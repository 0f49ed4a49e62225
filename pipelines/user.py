"""Who runs a command."""

import getpass


def who() -> str:
    """The user of the operating system, as far as it names one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
