"""The table of handlers, and the one place that turns what they raise into frames."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from claudemesh_wire import client
from claudemesh_wire.broker import BrokerFrame, Error, Ok
from claudemesh_wire.client import ClientFrame
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import RequestId
from msgspec import structs

from presence.handlers import (
    audit,
    grants,
    groups,
    memory,
    messages,
    moderation,
    peers,
    reminders,
    state,
    status,
)
from presence.handlers.reply import Done
from presence.runtime import Runtime
from presence.session import Session

logger = logging.getLogger(__name__)

Handler = Callable[[Runtime, Session, Any], Awaitable[BrokerFrame | Done | None]]

HANDLERS: dict[type[ClientFrame], Handler] = {
    client.Send: messages.send,
    client.ClientAck: messages.client_ack,
    client.MessageStatus: messages.message_status,
    client.ListPeers: peers.list_peers,
    client.MeshInfo: peers.mesh_info,
    client.SetStatus: status.set_status,
    client.SetSummary: status.set_summary,
    client.SetVisible: status.set_visible,
    client.SetProfile: status.set_profile,
    client.SetStats: status.set_stats,
    client.JoinGroup: groups.join_group,
    client.LeaveGroup: groups.leave_group,
    client.Disconnect: moderation.disconnect,
    client.Kick: moderation.kick,
    client.Ban: moderation.ban,
    client.Unban: moderation.unban,
    client.ListBans: moderation.list_bans,
    client.SetGrants: grants.set_grants,
    client.GetGrants: grants.get_grants,
    client.SetState: state.set_state,
    client.GetState: state.get_state,
    client.ListState: state.list_state,
    client.Remember: memory.remember,
    client.Recall: memory.recall,
    client.Forget: memory.forget,
    client.Schedule: reminders.schedule,
    client.ListScheduled: reminders.list_scheduled,
    client.CancelScheduled: reminders.cancel_scheduled,
    client.AuditQuery: audit.audit_query,
    client.AuditVerify: audit.audit_verify,
}
#: Bounded by other means: sends by their own limit, acks by what was pushed.
UNLIMITED = frozenset({client.Send, client.ClientAck})


async def route(runtime: Runtime, session: Session, message: ClientFrame) -> None:
    """Hands a message to its handler and sends what comes of it."""
    if type(message) is not client.ClientAck:  # the program's doing, not the person's
        runtime.acting.touch(session)
    try:
        reply = await _handle(runtime, session, message)
    except MeshError as error:
        session.reply(error_frame(error, req_id=message.req_id))
        return
    except Exception:
        logger.exception("handling %s failed", type(message).__name__)
        session.reply(error_frame(MeshError("internal"), req_id=message.req_id))
        return
    if isinstance(reply, BrokerFrame):
        session.reply(structs.replace(reply, req_id=message.req_id))
    elif isinstance(reply, Done) and message.req_id is not None and session.protocol_version > 1:
        session.reply(Ok(req_id=message.req_id))


async def _handle(
    runtime: Runtime, session: Session, message: ClientFrame
) -> BrokerFrame | Done | None:
    kind = type(message)
    if kind is client.Hello:
        raise MeshError("hello_repeated")
    handler = HANDLERS.get(kind)
    if handler is None:
        raise MeshError("unknown_type")
    if kind not in UNLIMITED:
        runtime.request_limit.take(session.member_id)
    return await handler(runtime, session, message)


def error_frame(error: MeshError, *, req_id: RequestId | None = None) -> Error:
    """An error as a frame."""
    return Error(
        req_id=req_id,
        code=error.code,
        message=error.message,
        retry_after_ms=error.retry_after_ms,
        candidates=error.candidates,
    )
