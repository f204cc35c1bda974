"""The accounts API, and the base that every API view of the broker stands on."""
