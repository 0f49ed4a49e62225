"""Drafting a configuration from a company's exported files.

    found -> sheets -> plans -> draft

`found` lists files and how they are written, `sheets` reads them and looks at each column,
`matching` says which column of the contract each may be, `plans` which table a file is,
`outcome` what may be foretold, and `compose` writes what came of it as TOML. All but the first
two and `job` are free of I/O.
"""
