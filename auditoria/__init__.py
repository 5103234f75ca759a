"""The audit trail: who did what, to which thing, when, from where and why."""
