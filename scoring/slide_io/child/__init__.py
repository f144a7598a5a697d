"""The decoder: runs in an expendable child process only. Nothing in here may be imported by the parent side."""
