"""The family `linear_feedback_shift_register`."""
