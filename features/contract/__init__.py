"""The contract: the tables a company brings, declared once."""

from features.contract.declare import LARGEST, Column, Kind, Order, Table
from features.contract.tables import CONTRACT, CONTRACT_VERSION, KNOWN_AT, TABLES

__all__ = [
    "CONTRACT",
    "CONTRACT_VERSION",
    "KNOWN_AT",
    "LARGEST",
    "TABLES",
    "Column",
    "Kind",
    "Order",
    "Table",
]
