"""An arbiter between AXI streams."""
