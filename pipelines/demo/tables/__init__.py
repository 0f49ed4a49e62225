"""The company's tables, one file each: a generator and the story in, the export's columns out."""
