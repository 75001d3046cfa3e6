"""Room 4, mvc: what a site is written with.

Model       rows of a database as objects; one unit of work per request
View        templates: values become HTML, escaped
Controller  a request becomes values, values become a response
and `apps`, the registry that knows which parts a site is made of.

Read: controller → view → model → apps.
"""
