"""The Celery application: wake-ups of rows that are already in the database."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.config.settings")

app = Celery("retaguarda")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
