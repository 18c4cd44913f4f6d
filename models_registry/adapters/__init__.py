"""How each library's networks are built, and how pictures become answers.

Two halves. `detection` and `classification` turn pictures into pixels and outputs into answers;
they need nothing but numpy and Pillow. The modules named after a library build its networks from
an architecture's name and a plain state dict; they are imported only where a network has not been
prepared for this machine yet.
"""
