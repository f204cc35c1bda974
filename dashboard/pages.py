"""What the pages of the dashboard share: who looks, on which mesh, and how a refusal is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from claudemesh_wire.errors import MeshError
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.models import User
from meshes.selectors import Standing, standing_in

PAGE_SIZE = 25
Needs = Literal["member", "manager", "owner"]


@method_decorator(never_cache, name="dispatch")
class AccountPage(LoginRequiredMixin, View):
    """A page for a signed-in person; others are sent to sign in and back."""

    request: HttpRequest

    @property
    def person(self) -> User:
        """Who looks."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def show(self, template: str, **context: Any) -> HttpResponse:
        """Renders a page."""
        return render(self.request, f"dashboard/{template}.html", context)

    def say(self, text: str) -> None:
        """Tells the person on the next page what was done."""
        messages.success(self.request, text)

    def page_of(self, rows: Any, size: int = PAGE_SIZE) -> Page[Any]:
        """One page of a list, by `?page=`; the nearest one there is for junk."""
        return Paginator(rows, size).get_page(self.request.GET.get("page"))


class MeshPage(AccountPage):
    """A page about one mesh. For those who are not on it there is no such mesh.

    `needs` says whom it is for; a refusal of a service becomes a message on `home`.
    """

    section = "mesh"
    home = "dashboard-mesh"
    needs: Needs = "member"
    standing: Standing

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Looks up the person's standing before anything else is done."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        assert isinstance(request.user, User)
        try:
            self.standing = standing_in(request.user, kwargs.pop("slug"))
            self._check()
        except MeshError as error:
            if error.code == "not_found":
                raise Http404 from error
            raise PermissionDenied from error
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """An address that only takes forms leads to the page that has them."""
        return self.back()

    def attempt(self, work: Any) -> bool:
        """Calls a service; False after a MeshError, which the person reads on the next page."""
        try:
            work()
        except MeshError as error:
            messages.error(self.request, error.message)
            return False
        return True

    def back(self, *arguments: str, home: str | None = None) -> HttpResponseRedirect:
        """A redirect to the page that has the form."""
        target = reverse(home or self.home, args=[self.standing.mesh.slug, *arguments])
        return redirect(target)

    def show(self, template: str, **context: Any) -> HttpResponse:
        """Renders a page within the frame of its mesh."""
        frame = {
            "standing": self.standing,
            "mesh": self.standing.mesh,
            "manages": self.standing.can_manage,
            "section": self.section,
        }
        return super().show(template, **(frame | context))

    def _check(self) -> None:
        if self.needs == "owner":
            self.standing.require_owner()
        elif self.needs == "manager":
            self.standing.require_manager()

    @property
    def acting_member_id(self) -> str:
        """The member that bans and removes for the person. Raises MeshError "forbidden"."""
        if self.standing.member is None:
            raise MeshError("forbidden", "You have no member on this mesh; join it first.")
        return self.standing.member.pk


def names_in_a_row(names: Iterable[str]) -> str:
    """`bob and carol`, for a message."""
    listed = list(names)
    if len(listed) > 3:
        return f"{', '.join(listed[:2])} and {len(listed) - 2} more"
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
