"""What the back office needs besides the world: a mail server."""

from tests.notifications.conftest import smtp

__all__ = ["smtp"]
