"""One loopback address per pod, so that every pod can listen on the same port."""

import ipaddress
import threading


class Addresses:
    """Hands out addresses of a range; one given back is used again as late as possible."""

    def __init__(self, cidr: str) -> None:
        network = ipaddress.ip_network(cidr)
        self._first, self._count = network[2], network.num_addresses - 3
        self._next = 0
        self._taken: set[str] = set()
        self._lock = threading.Lock()

    def take(self) -> str:
        """An address that no other pod has."""
        with self._lock:
            for _ in range(self._count):
                address = str(self._first + self._next)
                self._next = (self._next + 1) % self._count
                if address not in self._taken:
                    self._taken.add(address)
                    return address
        raise RuntimeError(f"all {self._count} pod addresses are taken")

    def give_back(self, address: str) -> None:
        """The pod is gone."""
        with self._lock:
            self._taken.discard(address)
