"""From the company's own files and databases to the lake, with a quarantine beside it."""
