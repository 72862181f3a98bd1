"""Retry failing calls with growing pauses, and stop calling a service that keeps failing."""


class GaveUp(Exception):
    """Raised after the last attempt failed; attempts tells how many there were."""

    def __init__(self, attempts, cause):
        super().__init__(f"gave up after {attempts} attempts: {cause}")
        self.attempts = attempts
        self.cause = cause


class CircuitOpen(Exception):
    """Raised instead of calling a service that failed too often."""


def backoff_delays(first, factor, limit, count):
    """Yield count pauses: each one is factor times the one before, but never above limit."""
    delay = first
    for _ in range(count):
        yield min(delay, limit)
        delay *= factor


class Retry:
    """Calls a function again when it raises one of the errors in retry_on.

    By default there are 3 attempts, with pauses of 1, 2, 4, ... but at most 60 seconds.
    """

    def __init__(self, attempts=3, first_delay=1, factor=2, max_delay=60, retry_on=(OSError,)):
        if attempts < 1:
            raise ValueError("attempts must be at least 1")
        self.attempts = attempts
        self.delays = list(backoff_delays(first_delay, factor, max_delay, attempts - 1))
        self.retry_on = tuple(retry_on)

    def call(self, function, *args, sleep, on_retry=None):
        """Return function(*args); after a failure sleep, report it and try again.

        on_retry, if given, is called with the number of the failed attempt and its error.
        """
        for number in range(1, self.attempts + 1):
            try:
                return function(*args)
            except self.retry_on as error:
                if number == self.attempts:
                    raise GaveUp(number, error) from error
                if on_retry is not None:
                    on_retry(number, error)
                sleep(self.delays[number - 1])


class CircuitBreaker:
    """Refuses calls for cooldown seconds after threshold failures in a row."""

    def __init__(self, threshold, cooldown, clock):
        self.threshold = threshold
        self.cooldown = cooldown
        self.clock = clock
        self.failures = 0
        self.opened_at = None

    @property
    def is_open(self):
        """Tell whether calls are refused at the moment."""
        if self.opened_at is None:
            return False
        return self.clock() < self.opened_at + self.cooldown

    def call(self, function, *args):
        """Call the function unless the circuit is open, and count its failures."""
        if self.is_open:
            raise CircuitOpen(f"{self.failures} failures in a row")
        try:
            result = function(*args)
        except Exception:
            self.failures += 1
            if self.failures >= self.threshold:
                self.opened_at = self.clock()
            raise
        self.failures = 0
        self.opened_at = None
        return result


# --- tests ---
DOWN = OSError("down")


def failing(times, error=DOWN):
    """Make a function that fails the given number of times and then adds its arguments."""
    calls = []

    def function(*args):
        calls.append(args)
        if len(calls) <= times:
            raise error
        return sum(args)

    function.calls = calls
    return function


def caught(error_type, function, *args, **options):
    try:
        function(*args, **options)
    except error_type as error:
        return error
    raise AssertionError(f"{error_type.__name__} was not raised")


assert list(backoff_delays(1, 2, 10, 6)) == [1, 2, 4, 8, 10, 10]
assert list(backoff_delays(5, 3, 5, 2)) == [5, 5]
assert list(backoff_delays(1, 2, 3, 0)) == []
assert Retry().delays == [1, 2]
assert Retry(8).delays[-1] == 60
caught(ValueError, Retry, 0)
slept, reports = [], []
work = failing(2)
retry = Retry(attempts=4, first_delay=3, factor=10, max_delay=50)
answer = retry.call(work, 2, 5, sleep=slept.append, on_retry=lambda n, e: reports.append((n, str(e))))
assert answer == 7
assert work.calls == [(2, 5)] * 3
assert slept == [3, 30]
assert reports == [(1, "down"), (2, "down")]
slept.clear()
work = failing(9)
error = caught(GaveUp, retry.call, work, sleep=slept.append)
assert error.attempts == 4 and len(work.calls) == 4
assert isinstance(error.cause, OSError) and error.__cause__ is error.cause
assert "4" in str(error) and "down" in str(error)
assert slept == [3, 30, 50]
slept.clear()
work = failing(1, KeyError("k"))
caught(KeyError, retry.call, work, sleep=slept.append)
assert len(work.calls) == 1 and slept == []
assert Retry(retry_on=[KeyError]).call(failing(1, KeyError("k")), 4, sleep=slept.append) == 4
assert slept == [1]
caught(GaveUp, Retry(1).call, failing(1), sleep=None)

now = [100]
breaker = CircuitBreaker(threshold=2, cooldown=10, clock=lambda: now[0])
service = failing(3)
assert not breaker.is_open
caught(OSError, breaker.call, service)
assert breaker.failures == 1 and not breaker.is_open
caught(OSError, breaker.call, service)
assert breaker.failures == 2 and breaker.is_open and breaker.opened_at == 100
caught(CircuitOpen, breaker.call, service)
assert len(service.calls) == 2
now[0] = 109
assert breaker.is_open
now[0] = 110
assert not breaker.is_open
caught(OSError, breaker.call, service)
assert breaker.opened_at == 110 and breaker.is_open
now[0] = 125
assert breaker.call(service, 1, 2) == 3
assert breaker.failures == 0 and breaker.opened_at is None
caught(OSError, breaker.call, failing(1))
assert not breaker.is_open
