"""The realtime core's limits and times, read once from Django's settings."""

from dataclasses import dataclass, fields
from typing import Self

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Config:
    """Sizes in bytes, times in seconds; docs/configuration.md explains each setting."""

    max_message_bytes: int
    sends_per_minute: int
    send_burst: int
    requests_per_minute: int
    request_burst: int
    hellos_per_minute: int
    hello_burst: int
    hello_timeout_s: float
    presence_lease_s: float
    ack_timeout_s: float
    max_attempts: int
    max_sessions_per_mesh: int
    max_sessions_per_member: int
    max_unauthenticated: int
    max_unauthenticated_per_address: int
    send_window_messages: int
    send_window_bytes: int
    outbound_max_bytes: int
    slow_consumer_s: float
    ledger_max_backlog: int
    ledger_max_bytes: int
    message_ttl_s: float
    settled_retention_s: float
    working_timeout_s: float
    node_heartbeat_s: float
    node_lease_s: float
    reconcile_s: float
    shared_per_minute: int
    shared_burst: int
    max_state_keys: int
    max_state_value_bytes: int
    max_state_bytes: int
    max_memories: int
    max_memory_bytes: int
    max_reminder_bytes: int
    max_reminders_per_member: int
    max_reminders_per_mesh: int

    @classmethod
    def from_settings(cls) -> Self:
        """The values of the upper-case settings of the same names."""
        return cls(**{field.name: getattr(settings, field.name.upper()) for field in fields(cls)})
