"""SQL of the realtime core: plain synchronous functions that run in the ledger's thread."""
