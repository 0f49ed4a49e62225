"""Why an account has its score, in numbers that add up and in words."""
