"""Says when a response was made (RFC 9110, section 6.6.1); Daphne leaves that to us."""

from email.utils import formatdate

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class DateHeaderMiddleware(MiddlewareMixin):
    """Adds `Date`, by which `claudemesh doctor` sees a clock that is off."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Set the header, unless a view has."""
        response.headers.setdefault("Date", formatdate(usegmt=True))
        return response
