"""What the web server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from tallyhub.site import bodies, database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallyhub.site.settings")
application = bodies.within(get_wsgi_application())
database.bound_statements()
gc.freeze()  # what is loaded stays: each collection would look through all of it
