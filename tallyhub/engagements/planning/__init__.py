"""From a request to the day it takes place."""
