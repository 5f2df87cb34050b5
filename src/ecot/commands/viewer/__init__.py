"""What the pages of `ecot view` are made of: records of episodes, and a page that shows them without any network."""
