"""The readable page of the HTTP API, drawn from the OpenAPI schema. Says nothing of its own."""
