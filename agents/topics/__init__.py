"""What a reasoner should think about: a Markdown file a topic, whose head says when it applies."""
