"""What a provider's own code tells about the files that it lacks."""
