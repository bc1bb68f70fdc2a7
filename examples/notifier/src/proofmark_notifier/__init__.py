"""The notifier says how each study ended, in one line."""
