"""The jobs, and the command line that runs them all."""
