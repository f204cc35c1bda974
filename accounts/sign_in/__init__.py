"""Signing up, in and out in the browser: django-allauth at our addresses, with our mails."""
