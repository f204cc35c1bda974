"""Names of client capabilities (what a client can do) and of grants (what a peer may do)."""

#: The client confirms every push with `client_ack`; without it a push is repeated.
CLIENT_ACK = "client_ack"
#: The client wants a `receipt` for what it sent.
RECEIPTS = "receipts"

CLIENT_CAPABILITIES = frozenset({CLIENT_ACK, RECEIPTS})

READ = "read"
DM = "dm"
BROADCAST = "broadcast"
STATE_READ = "state-read"
STATE_WRITE = "state-write"
FILE_READ = "file-read"

GRANTS = frozenset({READ, DM, BROADCAST, STATE_READ, STATE_WRITE, FILE_READ})
#: What every member may do to every other one that said nothing about it.
DEFAULT_GRANTS = frozenset({READ, DM, BROADCAST, STATE_READ})
