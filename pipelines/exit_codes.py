"""What a command ends with."""

DONE, OUR_FAULT, YOUR_INPUT, NO_MODEL = 0, 1, 2, 3
DIFFERENT = 1
"""A replay that is not identical: it may be anyone's doing, and must not pass in a script."""
