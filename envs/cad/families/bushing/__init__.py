"""A flanged bushing: two cylinders and a bore."""
