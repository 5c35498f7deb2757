"""The tables, as the newest migration leaves them.

Vectors are little-endian float32 bytes with NaN for missing; floats in text are JSON,
which round-trips; moments are ISO 8601 text in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

# The newest revision in migrations/versions. Its name says who serves on it: `0002.1`,
# `0002.2` only add to `0002` (tables, columns that may be null or have a default in the
# database, indexes), change no meaning and nothing that the chain's hashes cover: older
# code serves on. What takes away or changes begins an epoch, `0003`, on which no code
# from before serves. Code serves on its own HEAD and on what later only adds to it.
HEAD = "0005"

metadata = MetaData()
# SQLite numbers rows itself only in a column declared INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")

# A client's key that is a text, in the order of its bytes; null where it is an integer,
# which keeps a column of its own: so nothing that was stored is written anew, and
# integers are searched and listed as numbers.
ClientText = String(64).with_variant(String(64, collation="C"), "postgresql")
# Which column holds a key.
KEY_COLUMNS: Mapping[type, str] = {int: "client_id", str: "client_text"}


TEXT_THERE = text("client_text IS NOT NULL")


def _index_of_texts(name: str, *columns: str, unique: bool = False) -> Index:
    """Costs nothing where keys are integers."""
    there: dict[str, Any] = {"sqlite_where": TEXT_THERE, "postgresql_where": TEXT_THERE}
    return Index(name, *columns, unique=unique, **there)


def key_of(row: Any) -> Any:
    """The key in a row that has both columns; None where it has none."""
    return row.client_id if row.client_text is None else row.client_text


api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("roles", Text, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("revoked_at", String(27)),
    Column("expires_at", String(27)),
    sqlite_autoincrement=True,
)

# What is made once, at `db upgrade`, and never shown.
secrets = Table(
    "secrets",
    metadata,
    Column("name", String(50), primary_key=True),
    Column("value", Text, nullable=False),
)

# Of each feature set the newest that is finished serves the bundles of that set.
imports = Table(
    "imports",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("file_sha256", String(64), nullable=False),
    Column("feature_set", Text, nullable=False),
    Column("clients", BigInteger, nullable=False),
    Column("started_at", String(27), nullable=False),
    Column("finished_at", String(27)),
    sqlite_autoincrement=True,
)

# When a process last served a bundle of this feature set, to some minutes.
served_feature_sets = Table(
    "served_feature_sets",
    metadata,
    Column("feature_set", Text, primary_key=True),
    Column("last_at", String(27), nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("import_id", Number, ForeignKey("imports.id"), primary_key=True),
    # Beside a text its place among all of the import, so that both are read in order.
    Column("client_id", BigInteger, primary_key=True, autoincrement=False),
    Column("application", Text, nullable=False),
    Column("history", LargeBinary, nullable=False),
    Column("features", LargeBinary, nullable=False),
    Column("client_text", ClientText),
    # All history tables' records, packed: api.store.people.records.
    Column("records", LargeBinary),
    _index_of_texts("clients_text", "import_id", "client_text", "client_id"),
)

# Applications that are entered here, by a key of ours: a text also where the lender's
# are integers. `document` is JSON of what was given, packed as records are; features
# and history are there once it can be scored, and are of `feature_set`.
drafts = Table(
    "drafts",
    metadata,
    Column("client_text", ClientText, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("feature_set", Text),
    Column("history", LargeBinary),
    Column("features", LargeBinary),
    # Keyed hash of birth date, income and amount: tells the same person again.
    Column("person_sha256", String(64)),
    Column("created_at", String(27), nullable=False),
    Column("updated_at", String(27), nullable=False),
    # Null once it is decided.
    Column("expires_at", String(27)),
    Index("drafts_person", "person_sha256"),
    Index("drafts_expire", "expires_at"),
)

# What the lender calls a client. `folded`: without accents and capitals, a row for the
# reference from each of its words on, so that each is found by its beginning.
references = Table(
    "client_references",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("client_id", BigInteger),
    Column("client_text", ClientText),
    Column("reference", String(200), nullable=False),
    Column("folded", String(200, collation="C").with_variant(String(200), "sqlite")),
    Index("client_references_folded", "folded", "id"),
    Index("client_references_client", "client_id"),
    _index_of_texts("client_references_text", "client_text"),
    sqlite_autoincrement=True,
)

# The work list: a row per client that waits or was decided, made of events and drafts
# in their own transactions. `place` is where it stands: api.store.work.places. What
# is of a prediction is null of a draft; `result` and `reviewer` are of what stands.
work = Table(
    "work",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("client_id", BigInteger),
    Column("client_text", ClientText),
    Column("state", String(20), nullable=False),
    Column("place", String(60, collation="C").with_variant(String(60), "sqlite")),
    Column("prediction_id", String(36)),
    Column("probability", Double),
    Column("threshold", Double),
    Column("decision", String(20)),
    Column("borderline", Boolean, nullable=False),
    Column("result", String(20)),
    Column("reviewer", String(200)),
    Column("signer", String(300)),
    # Who works on it, as api.http.auth.Signer has them, and until when alone.
    Column("claimed_by", String(300)),
    Column("claimed_name", String(200)),
    Column("claimed_until", String(27)),
    Index("work_place", "place", "id"),
    Index("work_claimed", "claimed_by"),
    Index("work_client", "client_id", unique=True),
    _index_of_texts("work_text", "client_text", unique=True),
)

# Which standing decisions could not be delivered to the lender's own system, and are
# tried again, each after those of the same client: `client` is its pseudonym.
deliveries = Table(
    "deliveries",
    metadata,
    Column("sequence", Number, primary_key=True, autoincrement=False),
    Column("client", String(32)),
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(27), nullable=False),
    Index("deliveries_client", "client", "sequence"),
)
# One row, always: slot 1. Up to which sequence all others were delivered, and who
# delivers, until when unless that is put off.
delivered = Table(
    "delivered",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("holder", String(36)),
    Column("held_until", String(27)),
)

# The lender's policies, kept for ever: triggers refuse UPDATE and DELETE. `document` is
# the file, compressed.
policies = Table(
    "policies",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("version", String(100), nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("added_by", String(200), nullable=False),
    Column("added_as", String(300)),
    Column("added_at", String(27), nullable=False),
)
# One row, always: slot 1. Null: the built-in policy, which has no rules.
active_policy = Table(
    "active_policy",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), ForeignKey("policies.sha256")),
    Column("activated_by", String(200)),
    Column("activated_at", String(27)),
)

# Logins of people at a delegate's, by a hash of theirs, that nobody comes by any more.
ended_logins = Table(
    "ended_logins",
    metadata,
    Column("login", String(64), primary_key=True),
    Column("ended_at", String(27), nullable=False),
)

# Append-only: triggers refuse UPDATE and DELETE. Sequences are 1, 2, 3… without a gap
# in the order of the commits; api.store.events.chain says what the hashes cover.
events = Table(
    "events",
    metadata,
    Column("sequence", Number, primary_key=True, autoincrement=False),
    Column("event_id", String(36), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    # The prediction that a review or an outcome is about.
    Column("subject_id", String(36)),
    Column("created_at", String(27), nullable=False),
    Column("key_id", Number, ForeignKey("api_keys.id")),
    Column("bundle_sha256", String(64)),
    # JSON, and nothing that tells who it is about.
    Column("facts", Text, nullable=False),
    Column("personal_sha256", String(64)),
    # What there may be one of only: the first review, the next outcome.
    Column("unique_as", String(100)),
    Column("writer", String(36), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("previous_sha256", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    UniqueConstraint("writer", "position"),
    Index("events_kind", "kind", "sequence"),
    Index("events_subject", "subject_id", "sequence"),
    Index("events_unique_as", "unique_as", unique=True),
)

# What describes a person. Triggers refuse UPDATE; DELETE is how a person is erased, and
# the chain, which holds the row's salted hash, still verifies.
personal = Table(
    "personal",
    metadata,
    Column(
        "sequence",
        Number,
        ForeignKey("events.sequence"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("salt", LargeBinary, nullable=False),
    Column("client_id", BigInteger),
    Column("request", Text),
    Column("features", LargeBinary),
    Column("answer", LargeBinary),
    # Features and answer of a prediction, then null: api.store.events.packing.
    Column("packed", LargeBinary),
    Column("client_text", ClientText),
    Index("personal_client", "client_id", "sequence"),
    _index_of_texts("personal_text", "client_text", "sequence"),
)

WHOSE = tuple(personal.c[column] for column in KEY_COLUMNS.values())

# What packed answers of a bundle have in common, under its own hash.
dictionaries = Table(
    "dictionaries",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Where each chain ends: tells one whose last events are gone.
writers = Table(
    "writers",
    metadata,
    Column("writer", String(36), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
)

# A record names the event whose answer it is; else it has the answer, those of its
# events left out: api.store.events.remembered.
idempotency = Table(
    "idempotency",
    metadata,
    Column("key_id", Number, ForeignKey("api_keys.id"), primary_key=True),
    Column("token", String(255), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("location", Text),
    Column("event_id", String(36)),
    Column("answer", LargeBinary),
    Column("created_at", String(27), nullable=False),
    # What was entered here, whose answer is of no event.
    Index(
        "idempotency_entered",
        "location",
        sqlite_where=text("event_id IS NULL AND location IS NOT NULL"),
        postgresql_where=text("event_id IS NULL AND location IS NOT NULL"),
    ),
)

reports = Table(
    "reports",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("conclusion", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("html", LargeBinary),
    Index("reports_kind", "kind", "created_at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(36), primary_key=True),
    # The cause while it is open, so that there is one open alert per cause.
    Column("open_cause", String(200), unique=True),
    # Counts the changes: of two at the same time, one is made again.
    Column("revision", Integer, nullable=False),
    Column("document", Text, nullable=False),
)
