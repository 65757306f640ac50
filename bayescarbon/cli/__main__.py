"""``python -m bayescarbon.cli``: the command line where no script is installed."""

import sys

from bayescarbon.cli import main

sys.exit(main())
