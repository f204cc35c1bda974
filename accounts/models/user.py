"""The account: a person known by an email address. No username, no profile page."""

from __future__ import annotations

from typing import Any, ClassVar

from claudemesh_wire.ids import new_id
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Creates users by email; looks them up regardless of letter case."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Store a new account; without a password it cannot sign in with one."""
        if not email:
            raise ValueError("An account needs an email address.")
        user = self.model(email=email, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_verified(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Store an account for whose address the operator vouches; it can sign in at once."""
        from allauth.account.models import EmailAddress  # needs this module's User first

        with transaction.atomic(using=self._db):
            user = self.create_user(email, password, **extra)
            EmailAddress.objects.using(self._db).create(
                user=user, email=user.email, verified=True, primary=True
            )
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Store a verified account that may do everything in the admin."""
        rights = {"is_staff": True, "is_superuser": True}
        return self.create_verified(email, password, **(extra | rights))

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `email` is the login and is always stored lower-cased."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    email = models.EmailField(unique=True, error_messages={"unique": "This email is taken."})
    name = models.CharField(max_length=120, blank=True, default="")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    @property
    def display_name(self) -> str:
        """What other people read: the name, or the local part of the address."""
        return self.name or self.email.partition("@")[0]

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name
