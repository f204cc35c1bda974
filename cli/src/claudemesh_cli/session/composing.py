"""Makes a message ready to send: encrypts it and fixes the frame; sends nothing."""

from dataclasses import dataclass, replace

from claudemesh_wire.boxes import seal_direct, seal_group
from claudemesh_wire.client import Send
from claudemesh_wire.codec import decode_client, encode
from claudemesh_wire.fields import Priority
from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import BadKey

from claudemesh_cli.config import MeshEntry
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.keys import key_of_epoch
from claudemesh_cli.session.names import Target, group_target
from claudemesh_cli.store.outbox import OutboxEntry
from claudemesh_cli.store.sessions import SessionKeys


@dataclass(frozen=True)
class Letter:
    """What a person wants sent, before anybody looked up the recipient."""

    text: str
    priority: Priority = "next"
    hold: bool = False


def compose(
    entry: MeshEntry, keys: SessionKeys, target: Target, letter: Letter, key_epoch: int
) -> OutboxEntry:
    """Encrypt `letter` for `target` under these session keys, as a row for the outbox.

    Raises CliError `bad_text`, `bad_key`, `no_group_key`.
    """
    try:
        if group_target(target.spec):
            frame = _to_group(entry, target.spec, letter, key_epoch)
        else:
            frame = _to_key(keys, target.spec, letter)
    except UnicodeEncodeError:
        raise CliError(
            "bad_text", "The text is not valid Unicode.", exit_code=ExitCode.BAD_ARGUMENTS
        ) from None
    except BadKey as error:
        raise CliError(
            "bad_key",
            f"Cannot encrypt for {target.name}: {error}",
            exit_code=ExitCode.BAD_ARGUMENTS,
        ) from None
    return OutboxEntry(
        id=frame.id or "",
        mesh_id=entry.mesh_id,
        target=target.spec,
        recipient=target.name,
        recipient_member=target.member,
        frame=encode(frame),
        text=letter.text,
        session_public=keys.public,
        session_secret=keys.secret,
    )


def compose_again(
    entry: MeshEntry, keys: SessionKeys, row: OutboxEntry, key_epoch: int
) -> OutboxEntry | None:
    """The same text under a new id and held: to the member's key, or to the group again.

    None if the plaintext is gone, or the member key is not known.
    """
    spec = row.target if group_target(row.target) else row.recipient_member
    if row.text is None or spec is None:
        return None
    sent = decode_client(row.frame)
    assert isinstance(sent, Send)
    target = Target(spec, row.recipient, row.recipient_member, online=False)
    letter = Letter(row.text, sent.priority, hold=True)
    return replace(compose(entry, keys, target, letter, key_epoch), replaces=row.id)


def _to_key(keys: SessionKeys, spec: str, letter: Letter) -> Send:
    nonce, ciphertext = seal_direct(letter.text.encode(), spec, keys.secret)
    return Send(
        id=new_id(),
        target_spec=spec,
        nonce=nonce,
        ciphertext=ciphertext,
        priority=letter.priority,
        hold=letter.hold or None,
        encryption="box",
    )


def _to_group(entry: MeshEntry, spec: str, letter: Letter, key_epoch: int) -> Send:
    nonce, ciphertext = seal_group(
        letter.text,
        key=key_of_epoch(entry, key_epoch),
        mesh_id=entry.mesh_id,
        key_epoch=key_epoch,
        target_spec=spec,
        member_secret=entry.secret_key,
        member_pubkey=entry.pubkey,
    )
    return Send(
        id=new_id(),
        target_spec=spec,
        nonce=nonce,
        ciphertext=ciphertext,
        priority=letter.priority,
        hold=letter.hold or None,
        key_epoch=key_epoch,
        encryption="group",
    )
