"""What can go wrong with the store.

StoreError
|-- StoreAddressError     the address cannot be opened
|-- SchemaError           the store is of another revision than this version
|-- BackupError           a backup cannot be made or restored as asked
|-- AccessError           a key cannot be made or revoked
|-- KeyReusedError        an idempotency key came with another request before
|-- ChangedSinceError     what is to be changed was changed by somebody else meanwhile
|-- NameTakenError        something else has the name
|-- TooManyViewsError     somebody keeps as many views as anybody may
|-- PublishError          a scoring run contradicts itself
`-- CursorError           a page cursor was not made here, or for another question
    `-- StaleCursorError  a newer run was published since the cursor was made
"""


class StoreError(Exception):
    """Anything the store refuses; its text says what was given and what is allowed."""


class StoreAddressError(StoreError):
    """The address is no database address, its driver is missing, or nobody answers there."""


class SchemaError(StoreError):
    """The store's schema is of another revision than this version works with."""


class BackupError(StoreError):
    """A backup cannot be made there, is not whole, or the store to restore into is not empty."""


class AccessError(StoreError):
    """A key cannot be made or revoked as asked."""


class KeyReusedError(StoreError):
    """An idempotency key came with another request before."""


class ChangedSinceError(StoreError):
    """What is to be changed is no longer as it was read."""


class NameTakenError(StoreError):
    """Something else of the same owner has the name."""


class TooManyViewsError(StoreError):
    """Somebody keeps as many views as anybody may."""


class PublishError(StoreError):
    """A scoring run contradicts itself, so nothing of it was written."""


class CursorError(StoreError):
    """A page cursor is damaged, or belongs to another filter or order."""


class StaleCursorError(CursorError):
    """A newer run was published since the cursor was made; pages must start again."""
