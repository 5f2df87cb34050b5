"""An open box: a block hollowed out from above, with rounded upright edges."""
