"""The shelves: features that a site may switch on; the core does not know them.

A shelf starts as one file and becomes a folder above 250 lines or when it brings templates.
Inside any folder models.py, middleware.py, forms.py, controllers.py, commands.py mean the same.
"""
