"""A static page that translates in the visitor's own browser."""
