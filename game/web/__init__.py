"""A game in browsers: lobby, workbench and the host's page, served by one process that knows no truth.

Nothing is imported here: the command line must not wait for the libraries of a server.
"""
