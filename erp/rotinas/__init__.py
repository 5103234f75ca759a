"""Scheduled routines: their registry, their schedules and their executions."""
