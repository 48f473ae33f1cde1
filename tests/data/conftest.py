"""The forgeries are importable by name, here and in the process that replays them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
