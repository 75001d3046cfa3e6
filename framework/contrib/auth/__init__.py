"""Auth: who somebody is. This far: the abstract user and its password hash."""
