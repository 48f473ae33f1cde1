"""Make the forgeries importable by name, here and in the process that reads them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
