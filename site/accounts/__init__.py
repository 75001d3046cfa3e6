"""Accounts: the people of this site. This far: the User table; signing in comes with the forms."""
