"""What only a process that really serves can show."""

from contextlib import closing, suppress
from types import SimpleNamespace

from benchmarks.ground import forget_peaks, peak_bytes
from tests.served import serving

MEBIBYTE = 2**20


def test_a_body_of_100_megabytes_is_refused_and_takes_no_memory(world: SimpleNamespace) -> None:
    with serving() as served:
        forget_peaks(served.process.pid)
        before = peak_bytes(served.process.pid)
        with closing(served.connect()) as connection, suppress(OSError):  # the hub may answer and hang up before
            connection.putrequest("POST", "/api/v1/entries")
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(100 * MEBIBYTE))
            connection.endheaders()
            for _ in range(100):
                connection.send(b" " * MEBIBYTE)
            assert connection.getresponse().status == 413
        assert peak_bytes(served.process.pid) - before < 20 * MEBIBYTE
