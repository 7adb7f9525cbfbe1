"""Each script makes one lecture slide: `python -m spikingnn.visualizations.lif_viz --save lif.png`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))     # a script finds `_slide` beside it, however it is started
