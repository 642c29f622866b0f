"""The keys of a database: made with it, opened with the secret key, rotated on command."""

from sqlalchemy import Connection, Engine, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.sealing import Keys, Seal
from bot.store.tables import conversation, keyring, message, outbox


def open_keys(engine: Engine, secret: bytes) -> Seal:
    """Return the seal of a database; a new database gets keys. Raises: SealError when the secret key is another."""
    with engine.begin() as connection:
        wrapped = connection.execute(select(keyring.c.wrapped)).scalar()
        if wrapped is not None:
            return Seal(Keys.unwrap(wrapped, secret))
    keys = Keys.fresh()
    try:
        with engine.begin() as connection:
            connection.execute(insert(keyring).values(id=1, wrapped=keys.wrap(secret)))
    except IntegrityError:  # another process was first
        return open_keys(engine, secret)
    return Seal(keys)


def rotate(engine: Engine, old: bytes, new: bytes) -> int:
    """Seal everything anew under a new secret key, in one transaction; return how many rows.

    Raises: SealError when `old` is not the secret key of this database.
    """
    with engine.begin() as connection:
        wrapped = connection.execute(select(keyring.c.wrapped).with_for_update()).scalar_one()
        before = Seal(Keys.unwrap(wrapped, old))
        after = Seal(before.keys.with_new_sealing())
        count = _reseal(connection, before, after)
        connection.execute(update(keyring).values(wrapped=after.keys.wrap(new)))
    return count


def _reseal(connection: Connection, before: Seal, after: Seal) -> int:
    count = 0
    for table, columns in ((conversation, ("state", "address")), (outbox, ("payload",)), (message, ("address",))):
        for row in connection.execute(select(table)).mappings().all():
            name = row_name(table, *(row[column.name] for column in table.primary_key))
            values = {
                column: after.close(before.open(row[column], f"{name}.{column}"), f"{name}.{column}")
                for column in columns
                if row[column] is not None
            }
            here = [column == row[column.name] for column in table.primary_key]
            connection.execute(update(table).where(*here).values(**values))
            count += 1
    return count


def row_name(table: Table, *key: object) -> str:
    """Return the name that what is sealed in a row is bound to."""
    return ":".join((table.name, *map(str, key)))
