"""Who is in front of the screen."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest


def usuario_de(request: HttpRequest) -> User:
    """The person: behind the admin's door there is always one."""
    return cast(User, request.user)
