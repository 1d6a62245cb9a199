"""Every limit in one frozen struct (figures: the safety notes in docs/security.md). All are per session unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that JavaScript holds exactly."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may do and what the server keeps.

    Sizes are in bytes, times in seconds, lengths in characters or items.
    """

    message_bytes: int = 1024 * 1024
    string_length: int = 64 * 1024
    value_depth: int = 64
    """Of what clients send; 64 is the most that any value may have (values.py)."""
    tree_depth: int = 256
    collection_items: int = 10_000
    action_changes: int = 1_000
    actions_per_second: float = 200.0
    actions_burst: int = 400
    protocol_errors: int = 20
    outbox_bytes: int = 1024 * 1024
    page_objects: int = 500
    """Objects in one page of a snapshot."""
    frame_transactions: int = 1_000
    """Transactions in one update; a client further behind gets a squashed difference."""
    frame_bytes: int = 256 * 1024
    """Of transactions in one update; where there are more, a squashed difference is sent if it is smaller."""
    snapshot_transactions: int = 250
    """A snapshot serves those who join until the log has gone this much further."""
    log_transactions: int = 10_000
    log_bytes: int = 16 * 1024 * 1024
    history_steps: int = 1_000
    history_bytes: int = 64 * 1024 * 1024
    """About; of what undoing large steps (a table that was cleared) needs. The newest step is always kept."""
    resume_seconds: float = 120.0
    """A client that is away longer counts as gone; it can still come back, as long as it is remembered."""
    remembered_sessions: int = 10_000
    """Of clients that are gone, per server: which of their actions were decided, so that none is applied twice."""
    unacknowledged_actions: int = 2_000
    """Decided actions whose answers a client has not acknowledged."""
    hello_seconds: float = 5.0
    heartbeat_seconds: float = 10.0
    progress_seconds: float = 10.0
    presence_bytes: int = 4 * 1024
    """Of what a client shows to the others for the moment, as JSON."""
    presence_seconds: float = 3.0
    """How long a client whose connection broke is still shown as here."""
    unauthenticated_connections: int = 100
    listener_depth: int = 64
