"""The verbs of the command line, imported only when they are called."""
