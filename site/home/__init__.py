"""Home: the first page, the theme switch, and the page of all components."""
