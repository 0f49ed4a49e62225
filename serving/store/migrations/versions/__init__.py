"""One file a revision; what a file says is history and is never changed."""
