"""Blog: posts with tags and comments."""
