"""What a user can cause. Each message says what is wrong, where, and what to do."""


class DatabaseError(Exception):
    """A database cannot be used."""


class MigrationError(DatabaseError):
    """A migration cannot be applied."""
