"""Which member key goes with which name in a mesh: first contact pins it, a change is loud."""

from dataclasses import dataclass
from typing import Literal

from claudemesh_cli.store.clock import now_iso
from claudemesh_cli.store.database import Database

PinCheck = Literal["known", "pinned", "changed"]


@dataclass(frozen=True)
class Pin:
    """A name and the member key (64 hex) that goes with it."""

    display_name: str
    member_pubkey: str
    accepted: bool
    verified: bool


class Pins:
    """The pins table. Names are compared without case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self, mesh_id: str, display_name: str, member_pubkey: str) -> PinCheck:
        """`known`; `pinned` on first contact; `changed` if the name belongs to another key.

        A changed key is remembered as not accepted; what was verified under that name when it
        was first seen is verified no more.
        """
        name = display_name.casefold()
        pins = self._named(mesh_id, name)
        mine = [pin for pin in pins if pin.member_pubkey == member_pubkey]
        if mine and mine[0].accepted:
            return "known"
        first = not pins
        with self._database.write() as connection:
            if not (first or mine):
                connection.execute(
                    "UPDATE pins SET verified_at=NULL WHERE mesh_id=? AND name=?", (mesh_id, name)
                )
            connection.execute(
                "INSERT INTO pins (mesh_id, name, member_pubkey, display_name, accepted,"
                " first_seen_at) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
                (mesh_id, name, member_pubkey, display_name, first, now_iso()),
            )
        return "pinned" if first else "changed"

    def verify(self, mesh_id: str, display_name: str, member_pubkey: str) -> None:
        """The person compared this key with its owner: it is accepted under this name, and
        verified and accepted under every other one that it was seen with.
        """
        now = now_iso()
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO pins (mesh_id, name, member_pubkey, display_name, accepted,"
                " first_seen_at) VALUES (?,?,?,?,1,?) ON CONFLICT DO NOTHING",
                (mesh_id, display_name.casefold(), member_pubkey, display_name, now),
            )
            connection.execute(
                "UPDATE pins SET accepted=1, verified_at=? WHERE mesh_id=? AND member_pubkey=?",
                (now, mesh_id, member_pubkey),
            )

    def is_verified(self, mesh_id: str, member_pubkey: str) -> bool:
        """True if the person compared this key with its owner."""
        return any(pin.verified for pin in self.all(mesh_id) if pin.member_pubkey == member_pubkey)

    def all(self, mesh_id: str) -> list[Pin]:
        """Everybody ever met in a mesh, by name."""
        sql = "SELECT * FROM pins WHERE mesh_id=? ORDER BY name, first_seen_at"
        return [
            Pin(
                display_name=row["display_name"],
                member_pubkey=row["member_pubkey"],
                accepted=bool(row["accepted"]),
                verified=row["verified_at"] is not None,
            )
            for row in self._database.read(sql, mesh_id)
        ]

    def others(self, mesh_id: str, display_name: str, member_pubkey: str) -> list[Pin]:
        """Other keys that were seen under this name."""
        pins = self._named(mesh_id, display_name.casefold())
        return [pin for pin in pins if pin.member_pubkey != member_pubkey]

    def _named(self, mesh_id: str, name: str) -> list[Pin]:
        return [pin for pin in self.all(mesh_id) if pin.display_name.casefold() == name]
