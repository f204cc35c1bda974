"""What all lists of the admin share: who sees which rows, and that no row is changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from claudemesh_wire.errors import MeshError
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from accounts.models import User

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class BrokerAdmin(ModelAdmin):
    """Shows rows; whatever changes one is a service behind an action or a form of a subclass.

    Superusers see all rows. Others see those that `scope` leaves, and nothing if `operators_only`.
    `heading` is what the list is called, `purpose` what it is for, `place` its order among the
    lists. Subclasses name `fields`, so that a new column is not shown before somebody decided so.
    """

    purpose = ""
    heading = ""
    place = 0
    operators_only = False
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False
    actions_on_bottom = False

    def scope(self, rows: QuerySet[Any], user: User) -> QuerySet[Any]:
        """The rows that `user`, who is no superuser, may see and act on."""
        return rows.none()

    def look_up(self, request: HttpRequest, rows: list[Any]) -> None:
        """Fetch at once, for a page of rows, what its columns show of other tables."""

    def label(self, row: Any) -> str:
        """What one row is called in titles."""
        return str(row)

    def as_place(self, request: HttpRequest) -> dict[str, Any]:
        """The list as the navigation and the index show it."""
        route = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        url = reverse(f"{route}_changelist")
        return {
            "name": self.heading or capfirst(self.opts.verbose_name_plural),
            "purpose": self.purpose,
            "url": url,
            "add_url": reverse(f"{route}_add") if self.has_add_permission(request) else "",
            "here": request.path.startswith(url),
        }

    # --- who may ------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether there is such a list for the person."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Of the list. Which rows there are is for `get_queryset` to say, also of single rows."""
        entered = self.admin_site.has_permission(request)
        return entered and (is_operator(request) or not self.operators_only)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only where a service makes rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only where a service changes rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows are archived, withdrawn and revoked, never deleted."""
        return False

    # --- which rows ---------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Every list, search, action and single page starts from these rows."""
        rows = super().get_queryset(request)
        if is_operator(request):
            return rows
        return self.scope(rows, person_of(request))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the list's own filters say: Django allows every column, secret ones as well."""
        assert request is not None
        return lookup in self._lookups(request)

    def _lookups(self, request: HttpRequest) -> set[str]:
        allowed: set[str] = set()
        for each in self.get_list_filter(request):
            if isinstance(each, str):
                allowed |= {f"{each}__exact", f"{each}__isnull"}
            else:
                allowed.add(each.parameter_name)  # type: ignore[union-attr]
        if self.date_hierarchy:
            parts = ("year", "month", "day")
            allowed |= {f"{self.date_hierarchy}__{part}" for part in parts}
        return allowed

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Pages name rows by their id only."""
        return to_field == self.opts.pk.name

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The page of rows, with what `look_up` adds."""
        found = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        self.look_up(request, found.result_list)
        return found

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """One row, with what `look_up` adds. Raises Http404 for one that the person may not see."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        self.look_up(request, [found])
        return found

    # --- how it is shown ------------------------------------------------------

    @property
    def media(self) -> forms.Media:
        """The one script of Django's that is used: it counts and selects rows."""
        return forms.Media(js=["admin/js/actions.js"])

    @admin.display(description=mark_safe('<input type="checkbox" id="action-toggle">'))
    def action_checkbox(self, obj: Any) -> SafeString:
        """Django's, which would read out `str` of a row."""
        attrs = {"class": "action-select", "aria-label": f"Select {self.label(obj)}"}
        box = forms.CheckboxInput(attrs, lambda value: False)
        return box.render(ACTION_CHECKBOX_NAME, str(obj.pk))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The list under its own name."""
        own = {"title": self.heading or capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, own | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """A row under its own name, with one button."""
        row = kwargs.get("obj")
        name = self.label(row) if row is not None else context["title"]
        context |= {"title": name, "subtitle": None, "name_of_row": name}
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Back to the list."""
        messages.success(request, f"{self.label(obj)}: saved.")
        return self.response_post_save_change(request, obj)

    # --- what Django would do besides -------------------------------------------

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was done is in the audit log, with who did it."""
        raise Http404

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As above."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As above."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """A refusal of a service takes back what was saved, and is read on the form."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except MeshError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.path)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> Any:
        """Runs an action; a refusal of a service is read on the list."""
        try:
            return super().response_action(request, queryset, *args)
        except MeshError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.get_full_path())


def is_operator(request: HttpRequest) -> bool:
    """Whether a superuser asks."""
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


def person_of(request: HttpRequest) -> User:
    """Who asks. Raises PermissionDenied for a request without an account."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
