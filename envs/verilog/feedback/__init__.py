"""What an outcome shows beside its label: lines of code, symptoms, internal registers, waveforms."""
