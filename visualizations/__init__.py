"""One lecture slide a script: `python visualizations/lif_viz.py --save lif.png`, or `python -m spikingnn.visualizations.lif_viz`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))     # a script finds `_slide` beside it, however it is started
