"""By which cause an account is lost, given that it is lost."""
