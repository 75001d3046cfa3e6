"""The demo data of the blog: posts in Markdown, comments and people in JSON."""
