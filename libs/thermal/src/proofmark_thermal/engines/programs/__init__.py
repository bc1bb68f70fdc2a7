"""What runs in other programs' processes: it knows numpy and the program's own library, nothing of this package."""
