"""What can be said: index expressions, dimensions, terms, statements, facts, problems."""
