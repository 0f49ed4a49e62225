"""What a snapshot says about an account's future: hazards, calibration, bands, reasons."""
