"""docs/dashboard.md cannot rot: it names what the code has."""

import re
from pathlib import Path

from presence.listing import Sight
from presence.watching import Code

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "dashboard.md").read_text()


def test_every_close_code_of_the_live_view_is_explained_and_no_other() -> None:
    explained = {int(code) for code in re.findall(r"^\| (\d{4}) \|", DOCUMENT, re.MULTILINE)}
    assert explained == {code.value for code in Code}


def test_every_field_of_a_row_is_named() -> None:
    for name in Sight.__struct_encode_fields__:
        assert re.search(rf"\b{name}\b", DOCUMENT), name
