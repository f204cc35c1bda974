"""`manage.py serve`: check, migrate, then run the broker until a signal. Routes nothing itself."""

import logging
import signal
import socket
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand, CommandError, CommandParser

from claudemesh import __version__, process
from claudemesh.checks import BROKER_TAG
from claudemesh.migrate_lock import migrate

logger = logging.getLogger(__name__)

# A message over MAX_MESSAGE_BYTES is refused in words (`too_large`); only a frame this many
# times larger is cut off unread.
MAX_FRAME_FACTOR = 4


class Command(BaseCommand):
    """Run the broker in this process."""

    help = "Checks the settings, migrates the database and runs the broker."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen; the defaults come from HOST and PORT."""
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, host: str, port: int, verbosity: int, **options: Any) -> None:
        """Serve until SIGTERM or SIGINT. Raises CommandError (exit code 1) if it cannot start."""
        refuse_dangerous_start(self)
        signal.signal(signal.SIGTERM, leave_early)
        refuse_taken_port(host, port)
        prepare_database(verbosity=verbosity)
        serve(host=host, port=port)


def leave_early(signum: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM before there is anything to drain: exit cleanly. The server replaces this."""
    raise SystemExit(0)


def refuse_dangerous_start(command: BaseCommand) -> None:
    """Run the production checks; raise CommandError listing each error with its fix."""
    found = checks.run_checks(tags=[BROKER_TAG], include_deployment_checks=True)
    for message in found:
        command.stderr.write(str(message))
    if any(message.is_serious() for message in found):
        raise CommandError("The broker does not start with these settings. Fix them and try again.")


def prepare_database(*, verbosity: int) -> None:
    """Migrate, unless BROKER_SKIP_MIGRATE is set; raise CommandError when that fails."""
    if settings.BROKER_SKIP_MIGRATE:
        logger.warning("BROKER_SKIP_MIGRATE is set: starting without migrating.")
        return
    try:
        migrate(verbosity=verbosity)
    except Exception as error:  # whatever went wrong, a half-migrated broker must not serve
        logger.exception("Migrating failed")
        raise CommandError(
            f"The database could not be migrated, so the broker does not start: {error}\n"
            "Fix the cause, or set BROKER_SKIP_MIGRATE=1 to start on the database as it is."
        ) from error


def refuse_taken_port(host: str, port: int) -> None:
    """Raise CommandError when something else listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port}: {error.strerror}. "
                "Stop what uses it, or set HOST and PORT (and APP_URL to match)."
            ) from error


def serve(*, host: str, port: int) -> None:
    """Run the ASGI application; returns after a graceful stop."""
    from claudemesh.daphne import server  # first: it installs Twisted's asyncio reactor

    from claudemesh.asgi import application  # isort: skip
    from presence.runtime import current  # isort: skip

    runtime = current()

    async def on_ready() -> None:
        await runtime.start()
        process.settle_memory()
        logger.info("claudemesh %s serves %s on %s:%s", __version__, settings.APP_URL, host, port)

    async def on_shutdown() -> None:
        process.begin_draining()
        logger.info("Stopping: no new connections; storing what is under way")
        await runtime.drain()

    server.run(
        application=application,
        host=host,
        port=port,
        on_ready=on_ready,
        on_shutdown=on_shutdown,
        max_frame_bytes=MAX_FRAME_FACTOR * settings.MAX_MESSAGE_BYTES,
    )
    logger.info("Stopped")
