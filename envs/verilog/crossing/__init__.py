"""Judging designs with several clocks: unrelated, jittering clocks, metastable flip-flops, properties over traces."""
