"""An exchange is compiled for each combination of models: most are tested with the compiler off."""

import numba
import pytest

COMPILED = not numba.config.DISABLE_JIT
uncompiled = pytest.mark.skipif(COMPILED, reason="an exchange compiled for one test is too much")
