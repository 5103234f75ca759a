"""The sources that this app has itself: what waits for staff, and the reminders that staff write."""
