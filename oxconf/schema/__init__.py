"""JSON Schemas of what people write and programs read, and the commented cluster file to begin with."""
