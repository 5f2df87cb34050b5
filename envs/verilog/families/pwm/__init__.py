"""The family `pwm`: a pulse-width modulator."""
