"""Reports as PDF: the sheet they are written on, what is drawn on it, and one module for each report."""
