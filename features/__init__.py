"""What is known about an account at an instant: contract, lake, signals, snapshots, outcomes."""
