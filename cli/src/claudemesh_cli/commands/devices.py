"""devices: the machines signed in to the account, and signing them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from claudemesh_cli.errors import CliError
from claudemesh_cli.output import Output, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.api import Api
    from claudemesh_cli.devices import Device

_HEADINGS = ("ID", "DEVICE", "", "SYSTEM", "LAST SEEN", "FROM", "EXPIRES")


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
@pass_output
def devices(output: Output, ctx: click.Context) -> None:
    """List the machines signed in to your account, or sign one out."""
    if ctx.invoked_subcommand is not None:
        return
    import msgspec

    from claudemesh_cli.account_meshes import account_api
    from claudemesh_cli.devices import all_devices

    with output.progress("Asking the broker…"):
        found = all_devices(account_api())

    def render(console: Console) -> None:
        _print(console, found)

    output.data({"devices": [msgspec.structs.asdict(device) for device in found]}, render)


def _print(console: Console, found: list[Device]) -> None:
    from claudemesh_cli.devices import short_ids
    from claudemesh_cli.views.tables import print_table

    ids = short_ids(found)
    print_table(console, _HEADINGS, [_row(device, ids[device.id]) for device in found])


def _row(device: Device, short_id: str) -> tuple[object, ...]:
    from claudemesh_cli.views.ages import clock

    system = " ".join(part for part in (device.platform, device.arch) if part)
    return (
        short_id,
        device.hostname or "unknown",
        "this one" if device.current else "",
        system,
        clock(device.last_seen_at) if device.last_seen_at else "never",
        device.last_ip,
        clock(device.expires_at),
    )


@devices.command()
@click.argument("device", required=False)
@click.option("--others", is_flag=True, help="Every device but this one.")
@common_options
@pass_output
def revoke(output: Output, device: str | None, others: bool) -> None:
    """Sign a device out, named by its id (its beginning is enough) or its host name.

    Its keys may do nothing on the meshes any more, until it signs in again.
    """
    import msgspec

    from claudemesh_cli.account_meshes import account_api
    from claudemesh_cli.devices import all_devices, pick

    if (device is None) is not others:
        raise click.UsageError("Name a device, or give --others.")
    api = account_api()
    found = all_devices(api)
    chosen = (
        [each for each in found if not each.current] if device is None else [pick(found, device)]
    )
    if others and chosen:
        names = ", ".join(each.title for each in chosen)
        output.confirm(f"Sign out {_number(chosen)} ({names})?")
    _revoke_each(api, chosen)

    def render(console: Console) -> None:
        for each in chosen:
            console.print(_told(each))
        if not chosen:
            console.print("No other device is signed in.")

    output.data({"revoked": [msgspec.structs.asdict(each) for each in chosen]}, render)


def _revoke_each(api: Api, chosen: list[Device]) -> None:
    from claudemesh_cli import auth
    from claudemesh_cli.devices import revoke as revoke_one

    for done, each in enumerate(chosen):
        try:
            revoke_one(api, each)
        except CliError as error:
            if len(chosen) > 1:
                error.message = f"{done} of {len(chosen)} were signed out, then: {error.message}"
            raise
        if each.current:
            auth.forget()


def _told(device: Device) -> str:
    if device.current:
        return f"{device.title} is this machine: it is signed out now."
    return f"{device.title} is signed out; its keys are barred until it signs in again."


def _number(chosen: list[Device]) -> str:
    return "1 device" if len(chosen) == 1 else f"{len(chosen)} devices"
