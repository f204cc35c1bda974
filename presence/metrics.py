"""Prometheus metrics of the realtime core; the text is served by `claudemesh.health`."""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

connections = Counter("broker_connections", "Sessions that said a valid hello")
connections_rejected = Counter(
    "broker_connections_rejected", "Sockets refused, by error code", ["reason"]
)
connections_active = Gauge("broker_connections_active", "Sessions connected to this node")
messages_routed = Counter("broker_messages_routed", "Messages stored and acked", ["priority"])
messages_rejected = Counter("broker_messages_rejected", "Sends refused, by error code", ["reason"])
messages_dropped_by_grant = Counter(
    "broker_messages_dropped_by_grant", "Recipients left out because of their grants", ["cap"]
)
queue_depth = Gauge("broker_queue_depth", "Entries waiting for the ledger's next batch")
ttl_sweeps = Counter("broker_ttl_sweeps", "Sweeps for what has outlived its time")
hook_requests = Counter("broker_hook_requests", "Status hooks received")
hook_requests_rate_limited = Counter(
    "broker_hook_requests_rate_limited", "Status hooks refused for coming too fast"
)
db_healthy = Gauge("broker_db_healthy", "1 while the last ledger batch could be committed")

send_to_ack = Histogram("broker_send_to_ack_seconds", "Frame in to ack out", buckets=SECONDS)
send_to_push = Histogram("broker_send_to_push_seconds", "Frame in to push out", buckets=SECONDS)
ledger_batch = Histogram(
    "broker_ledger_batch_entries",
    "Entries in one transaction",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
)
ledger_commit = Histogram("broker_ledger_commit_seconds", "Time of one batch", buckets=SECONDS)
redeliveries = Counter("broker_redeliveries", "Pushes repeated for want of an ack")
dead_letters = Counter("broker_dead_letters", "Deliveries given up", ["reason"])
receipts = Counter("broker_receipts", "Receipts sent to senders", ["state"])
slow_consumers = Counter("broker_slow_consumers", "Sockets closed because nobody read them")
doorbell_rings = Counter("broker_doorbell_rings", "Events sent to other nodes")
doorbell_lag = Histogram(
    "broker_doorbell_lag_seconds", "Ring on one node to answer on another", buckets=SECONDS
)
nodes = Gauge("broker_nodes", "Nodes with a live heartbeat")
