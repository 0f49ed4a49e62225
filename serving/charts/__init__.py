"""Charts as SVG, drawn on the server for the console and the report alike.

Pure functions of numbers; colours come from the style sheet's classes, so that dark mode and
print need no second drawing.
"""
