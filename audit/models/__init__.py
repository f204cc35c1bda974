"""The audit tables. They know meshes and members by id only."""

from audit.models.append_only import AppendOnlyError
from audit.models.broker_key import BrokerKey
from audit.models.checkpoint import Checkpoint
from audit.models.entry import AuditEntry
from audit.models.head import AuditHead

__all__ = ["AppendOnlyError", "AuditEntry", "AuditHead", "BrokerKey", "Checkpoint"]
