"""A turned shaft of three diameters with a chamfered end and a keyway."""
