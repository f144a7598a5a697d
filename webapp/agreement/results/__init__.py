"""Reading cell files and writing them out. No permission is asked here: callers hand in a result they may show."""
