"""Which commands there are, under which heading, and in which module; imports none of them."""

_HERE = "claudemesh_cli.commands"

MESH = {
    "create": f"{_HERE}.mesh:create",
    "join": f"{_HERE}.join:join",
    "list": f"{_HERE}.mesh:list_",
    "rename": f"{_HERE}.mesh:rename",
    "leave": f"{_HERE}.mesh:leave",
    "share": f"{_HERE}.invites:share",
    "invites": f"{_HERE}.invites:invites",
}
TALK = {
    "send": f"{_HERE}.send:send",
    "inbox": f"{_HERE}.inbox:inbox",
    "listen": f"{_HERE}.listen:listen",
    "outbox": f"{_HERE}.outbox:outbox",
    "trace": f"{_HERE}.trace:trace",
    "peers": f"{_HERE}.peers:peers",
}
YOU = {
    "status": f"{_HERE}.status:status",
    "summary": f"{_HERE}.summary:summary",
    "groups": f"{_HERE}.groups:groups",
    "profile": f"{_HERE}.profile:profile",
    "visible": f"{_HERE}.visible:visible",
}
PEOPLE = {
    "disconnect": f"{_HERE}.removal:disconnect",
    "kick": f"{_HERE}.removal:kick",
    "ban": f"{_HERE}.bans:ban",
    "unban": f"{_HERE}.bans:unban",
    "bans": f"{_HERE}.bans:bans",
    "grant": f"{_HERE}.grants:grant",
    "revoke": f"{_HERE}.grants:revoke",
    "block": f"{_HERE}.grants:block",
    "unblock": f"{_HERE}.grants:unblock",
    "grants": f"{_HERE}.grants:grants",
    "verify": f"{_HERE}.verify:verify",
}
SHARED = {
    "state": f"{_HERE}.state:state",
    "remember": f"{_HERE}.memory:remember",
    "recall": f"{_HERE}.memory:recall",
    "forget": f"{_HERE}.memory:forget",
    "remind": f"{_HERE}.remind:remind",
}
ACCOUNT = {
    "login": f"{_HERE}.account:login",
    "register": f"{_HERE}.account:register",
    "logout": f"{_HERE}.account:logout",
    "whoami": f"{_HERE}.account:whoami",
    "devices": f"{_HERE}.devices:devices",
    "sync": f"{_HERE}.sync:sync",
}
SETUP = {"doctor": f"{_HERE}.setup:doctor", "completions": f"{_HERE}.setup:completions"}
AUDIT = {"audit": f"{_HERE}.audit:audit"}

_GROUPS = "claudemesh_cli.command_groups"

#: Heading in `--help` -> its commands.
SECTIONS = {
    "Mesh": {**MESH, "mesh": f"{_GROUPS}:mesh"},
    "Talk": TALK,
    "You": YOU,
    "People": {**PEOPLE, "people": f"{_GROUPS}:people"},
    "Shared": {**SHARED, "shared": f"{_GROUPS}:shared"},
    "Account": ACCOUNT,
    "Setup": SETUP,
    "Audit": AUDIT,
}
