"""The ASGI application: HTTP to Django, `/ws` to the mesh, `/live` to who watches it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudemesh.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402  (after Django is set up)

from claudemesh.proxy import ProxyAddress  # noqa: E402
from claudemesh.websocket import live, only_at  # noqa: E402
from presence.consumers import MeshConsumer  # noqa: E402
from presence.watch_consumer import watch_consumer  # noqa: E402

application = ProxyAddress(
    ProtocolTypeRouter(
        {
            "http": django_application,
            "websocket": only_at("/ws", MeshConsumer.as_asgi(), otherwise=live(watch_consumer)),
        }
    )
)
