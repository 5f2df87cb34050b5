"""The family `watchdog_timer`."""
