"""How OpenMP's threads wait for work.

By default they spin for long, which takes the processors from the environments' threads and, where
a machine has other work as well, most of the speed. Asleep at once they have to be woken for every
small operation of a network, which takes longer than the operation.
"""

import os


def wait_briefly() -> None:
    """Stay awake from one operation to the next, and sleep while the environments step.

    What the user has set counts. Torch reads it when it is loaded: call this before.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")  # looks before GNU's sleeps: 50 to 150 us
