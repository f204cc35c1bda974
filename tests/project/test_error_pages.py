"""Refusals over HTTP are JSON for programs and pages for people."""

import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/cli/nothing", "/api/nothing", "/hook/x", "/join/", "/mesh/x"])
def test_unknown_api_address_is_json(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["error"] == "not_found"


def test_unknown_page_is_html(client: Client) -> None:
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")
