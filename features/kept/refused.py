"""Why something cannot be told from what is kept."""


class NotKept(Exception):
    """What is kept cannot give the same bits as all rows would; they must be read."""
