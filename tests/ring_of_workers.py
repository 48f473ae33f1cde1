"""N workers that really sum arrays, message by message: what the formula is compared with.

Every worker's buckets become ready at their moments; a worker sends one message at a time, and a
message is there when it has been sent and a latency has passed. Numbers travel along, so that too
few rounds or too small parts would give a wrong sum. Times are counted, none is measured.
"""

import heapq
from collections import deque

import numpy as np

NUMBERS = 840  # in each bucket: divided evenly by 1 to 8 workers


def ring(workers, bandwidth, latency, buckets, generator):
    """Return when every worker has the sum of every bucket; `buckets` are (seconds, bytes)."""
    simulation = _Simulation(workers, bandwidth, latency, buckets, generator)
    while simulation.events:
        moment, _, act, arguments = heapq.heappop(simulation.events)
        act(moment, *arguments)
    return simulation.check()


class _Simulation:
    def __init__(self, workers, bandwidth, latency, buckets, generator):
        self.workers, self.bandwidth, self.latency = workers, bandwidth, latency
        self.buckets, self.events, self.count = buckets, [], 0
        shape = (workers, len(buckets), workers, NUMBERS // workers)
        self.numbers = generator.integers(-99, 99, shape)
        self.sums = self.numbers.sum(axis=0)
        self.ready = np.zeros((workers, len(buckets)), bool)
        # (bucket, rounds that are done), and messages that came before their worker wanted them
        self.at = [(0, 0)] * workers
        self.came = [deque() for _ in range(workers)]
        self.sent = [False] * workers
        self.done = np.zeros(workers)
        for bucket, (moment, _) in enumerate(buckets):
            for worker in range(workers):
                self.plan(moment, self.becomes_ready, worker, bucket)

    def plan(self, moment, act, *arguments):
        self.count += 1
        heapq.heappush(self.events, (moment, self.count, act, arguments))

    def becomes_ready(self, moment, worker, bucket):
        self.ready[worker, bucket] = True
        self.go_on(moment, worker)

    def go_on(self, moment, worker):
        """Send the next part, if the worker has sent none yet in this round."""
        bucket, done = self.at[worker]
        if bucket == len(self.buckets) or self.sent[worker] or not self.ready[worker, bucket]:
            return
        if self.workers == 1:
            self.at[worker], self.done[worker] = (bucket + 1, 0), moment
            self.go_on(moment, worker)
            return
        self.sent[worker] = True
        part = (worker - done) % self.workers
        content = self.numbers[worker, bucket, part].copy()
        busy = self.buckets[bucket][1] / self.workers / self.bandwidth
        to = (worker + 1) % self.workers
        self.plan(moment + busy + self.latency, self.arrives, to, (bucket, done, part, content))

    def arrives(self, moment, worker, message):
        self.came[worker].append(message)
        self.take(moment, worker)

    def take(self, moment, worker):
        bucket, done = self.at[worker]
        if not self.came[worker] or not self.sent[worker]:
            return
        assert self.came[worker][0][:2] == (bucket, done)
        *_, part, content = self.came[worker].popleft()
        if done < self.workers - 1:
            self.numbers[worker, bucket, part] += content
        else:
            self.numbers[worker, bucket, part] = content
        self.sent[worker], done = False, done + 1
        last = done == 2 * (self.workers - 1)
        self.at[worker] = (bucket + 1, 0) if last else (bucket, done)
        self.done[worker] = moment
        self.go_on(moment, worker)
        self.take(moment, worker)

    def check(self):
        for own in self.numbers:
            np.testing.assert_array_equal(own, self.sums)
        return self.done.max()


def halving(numbers, byte_count, bandwidth, latency):
    """Sum a power of two of workers' arrays by exchanging halves; return the sums, and seconds."""
    workers, length = numbers.shape
    held = [(0, length)] * workers
    numbers, seconds, distance = numbers.copy(), 0.0, workers // 2
    while distance:  # each keeps half of what it held, and adds the partner's
        before, after = numbers.copy(), []
        for worker, (low, high) in enumerate(held):
            middle = (low + high) // 2
            kept = (middle, high) if worker & distance else (low, middle)
            numbers[worker, slice(*kept)] += before[worker ^ distance, slice(*kept)]
            after.append(kept)
        held, distance = after, distance // 2
        seconds += latency + (held[0][1] - held[0][0]) / length * byte_count / bandwidth
    distance = 1
    while distance < workers:
        before, after = numbers.copy(), []
        for worker, own in enumerate(held):
            other = held[worker ^ distance]
            numbers[worker, slice(*other)] = before[worker ^ distance, slice(*other)]
            after.append((min(own[0], other[0]), max(own[1], other[1])))
        seconds += latency + (held[0][1] - held[0][0]) / length * byte_count / bandwidth
        held, distance = after, distance * 2
    return numbers, seconds
