"""Who asks, and what they may do: roles, API keys, logins, limits.

On loopback, where only this machine can ask, nobody needs to log in. Anywhere else every
request carries a key, or the cookie of a browser that logged in with one.
"""
