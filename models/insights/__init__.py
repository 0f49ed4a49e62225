"""What the whole base tells: what comes before losses, and what those who stay have in common.

Everything here is association read off the past, and says so; nothing is claimed to cause
anything. Figures that are searched for are corrected for the search.
"""
