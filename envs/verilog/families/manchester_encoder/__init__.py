"""The family `manchester_encoder`: a Manchester encoder."""
