"""`python -m hft_gym` is the command `hft-gym`."""

import sys

from hft_gym.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
