"""What commands share: text, progress, and what files are about."""
