"""Where the cores of a tissue microarray lie, and in which row and column: from an overview of the slide.

Tissue becomes a soft map (``evidence``), discs of one common radius are found in it (``circles``), a lattice says which
row and column each is in (``lattice``), and what the lattice foretells but the picture hardly shows is looked for again
(``array``). Nothing is trained. ``slides`` reads the overview.
"""

from scoring.dearray.array import Array, Core, find_cores
from scoring.dearray.slides import VERSION, dearray_slide

__all__ = ["VERSION", "Array", "Core", "dearray_slide", "find_cores"]
