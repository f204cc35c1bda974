"""Answers 503 while the shared cache is away: nobody may sign in where attempts are not counted."""

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from redis.exceptions import RedisError

from claudemesh.api_errors import is_api, refuse

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 5


class CacheAwayMiddleware(MiddlewareMixin):
    """What may go on uncounted catches the error itself (`accounts.api.throttles`)."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal for an error of Redis; everything else is not ours."""
        if not isinstance(exception, RedisError):
            return None
        # The route and not the path, which may hold a secret such as a reset key.
        route = request.resolver_match.route if request.resolver_match else "a request"
        logger.warning("Redis is away, so %s was refused: %s", route, exception)
        status = HTTPStatus.SERVICE_UNAVAILABLE
        if is_api(request):
            response: HttpResponse = refuse(request, "unavailable", status)
        else:
            response = render(request, "503.html", status=status)
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
