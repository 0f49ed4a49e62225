"""The console: server-rendered pages for people. No script, nothing from outside."""
