"""Interpreters that wait with an image's modules loaded, so that its containers start at once.

A step of a pipeline lives for seconds, of which importing scikit-learn takes half. A warm
interpreter has the image's files as its root and has loaded what earlier containers of the image
imported; a container's command is then a copy of it, in namespaces, mounts and rights of its own.
Where there is none (another program than `python -m`, a machine without namespaces) a container
starts as it would anyway.
"""
