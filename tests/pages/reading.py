"""Reads a page as a browser would: its landmarks, headings, forms and labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str | None]
UNLABELED = {"hidden", "submit", "button"}


@dataclass
class Form:
    """A form, with the attributes of its tag and the names of its inputs."""

    attributes: Attributes
    inputs: list[Attributes] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {name for each in self.inputs if (name := each.get("name"))}


class Page(HTMLParser):
    """The parts of an HTML document that tests ask about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Attributes]] = []
        self.forms: list[Form] = []
        self.title = ""
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self._in_title = tag == "title"
        if tag == "form":
            self.forms.append(Form(attributes))
        if tag in {"input", "select", "textarea", "button"} and self.forms:
            self.forms[-1].inputs.append(attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def all(self, tag: str) -> list[Attributes]:
        """The attributes of every `tag`, in order."""
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        """Every id, in order, doubles too."""
        return [value for _, attributes in self.tags if (value := attributes.get("id"))]

    def unlabeled(self) -> list[Attributes]:
        """Inputs a person fills in that no label names."""
        labeled = {attributes.get("for") for attributes in self.all("label")}
        inputs = [*self.all("input"), *self.all("select"), *self.all("textarea")]
        return [
            each
            for each in inputs
            if each.get("type") not in UNLABELED
            and each.get("id") not in labeled
            and not each.get("aria-label")
        ]

    def form_to(self, action: str) -> Form:
        """The one form that posts to `action`."""
        (found,) = [form for form in self.forms if form.attributes.get("action") == action]
        return found
