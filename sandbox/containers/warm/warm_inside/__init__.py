"""What runs inside an image: its Python with modules loaded, of which containers are copies.

Nothing of the sandbox can be imported there, so these files need the standard library only and
import one another by relative names.
"""
