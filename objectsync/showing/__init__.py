"""show(anything): plots, pictures, arrays, tables, whatever can show itself, live in every page and in a cell's output.

import matplotlib.pyplot as plt
figure, axes = plt.subplots()
(line,) = axes.plot([0, 1, 4, 9])
plot = objectsync.show(figure)

line.set_ydata([9, 4, 1, 0])
plot.update()
"""

from .shown import Shown, show

__all__ = ["Shown", "show"]
