#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""make_bus.py - a made-up bus ride: bandwidth of a mobile link, one sample a second, with the statistics of report_bus_0001 of the Belgian 4G/LTE logs.

Its quantiles are those of the ride (`bonnet link report_bus_0001.log`), its ranks a Gaussian process whose correlation falls by 0.82 a second (the ride's: 0.74 after
one, 0.62 after two, 0.38 after five, 0.14 after ten). Nothing of the ride itself is in it.

    tests/vectors/edge/make_bus.py > tests/vectors/edge/bus.log
"""
import math

QUANTILES = [(0, 3.46), (0.05, 10.63), (0.1, 13.93), (0.25, 20.79), (0.5, 26.84), (0.75, 34.28), (0.9, 41.97), (0.95, 46.43), (1, 55.99)]
SECONDS, FALL = 607, 0.82


def uniform(state=1):
    """The minimal standard generator: the same numbers everywhere."""
    while True:
        state = state * 16807 % 2147483647
        yield state / 2147483647


def quantile(share):
    for (a, low), (b, high) in zip(QUANTILES, QUANTILES[1:]):
        if share <= b:
            return low + (high - low) * (share - a) / (b - a)
    return QUANTILES[-1][1]


def main():
    draw, z = uniform(), 0.0
    print("# s, Mbit/s: made up by tests/vectors/edge/make_bus.py")
    for second in range(SECONDS):
        normal = math.sqrt(-2 * math.log(next(draw))) * math.cos(2 * math.pi * next(draw))
        z = FALL * z + math.sqrt(1 - FALL * FALL) * normal
        print(f"{second} {quantile(0.5 * (1 + math.erf(z / math.sqrt(2)))):.3f}")


main()
