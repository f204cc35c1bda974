"""verify: compare the safety number with a peer, and remember that it was the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from claudemesh_cli.errors import CliError
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.session.verifying import Subject


@click.command()
@click.argument("peer")
@common_options
@pass_output
def verify(output: Output, peer: str) -> None:
    """Show the safety number you share with a peer, and mark its key as verified.

    Both of you see the same number, or somebody is between you: compare it over a channel you
    trust. -y says that you did. Messages held back because the key had changed are released.
    """
    import asyncio

    from claudemesh_cli.commands.request import mesh_and_name, opened_desk
    from claudemesh_cli.session.verifying import look_up, mark_verified

    mesh, name = mesh_and_name(output, peer)
    with opened_desk(output, mesh) as desk:
        with output.progress("Asking the broker…"):
            subject = asyncio.run(look_up(desk, name))
        _show(output, subject, desk.entry.slug)
        mark = output.yes or (not subject.verified and output.can_ask and _same(subject))
        released = mark_verified(desk, subject) if mark else 0
        own_key, slug = desk.entry.pubkey, desk.entry.slug
    verified = mark or subject.verified

    def render(console: Console) -> None:
        console.print(_sentence(subject, verified, released))

    document = {
        "mesh": slug,
        "name": subject.name,
        "member_key": subject.member_key,
        "own_key": own_key,
        "safety_number": subject.safety_number,
        "verified": verified,
        "key_changed": subject.changed,
        "released": released,
    }
    output.data(document, render)


def _show(output: Output, subject: Subject, slug: str) -> None:
    who = clean(subject.name, one_line=True)
    if subject.changed:
        output.warn(
            f"WARNING: the key behind {who!r} has changed since you first met. Unless {who} tells "
            "you why, somebody else may be using the name."
        )
    elif subject.others:
        keys = ", ".join(key[:16] for key in subject.others)
        output.note(f"Other keys were seen under the name {who!r}: {keys}")
    if output.json:
        return
    console = output.console()
    console.print(f"Safety number with {who} on {slug} (key {subject.member_key[:16]}):\n")
    groups = subject.safety_number.split(" ")
    for start in range(0, len(groups), 4):
        console.print("    " + " ".join(groups[start : start + 4]))
    console.print()


def _same(subject: Subject) -> bool:
    who = clean(subject.name, one_line=True)
    if click.confirm(f"Does {who} see the same number?", err=True):
        return True
    raise CliError(
        "not_verified",
        f"{who} is not verified.",
        "If the numbers differ, somebody is between you: send nothing that matters here.",
    )


def _sentence(subject: Subject, verified: bool, released: int) -> str:
    who = clean(subject.name, one_line=True)
    if released:
        return f"{who} is verified; {released} held messages are in the inbox: claudemesh inbox"
    if verified:
        return f"{who} is verified."
    return f"{who} is not verified. Compare the numbers, then: claudemesh verify {who} -y"
