"""The files that hosts get, one module for each file or family of files."""
