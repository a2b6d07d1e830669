# SPDX-License-Identifier: Apache-2.0
"""meter.py - what a link is really like, by UDP. Standard library only.

  echo ADDRESS PORT                     sends back what comes, until it is killed
  ask ADDRESS PORT COUNT MS BYTES       a packet every MS; prints JSON: sent, got, ordered, and min, median, max of the round trips in ms
  sink ADDRESS PORT                     says "ready"; until nothing comes for 0.7 s after the first packet; prints JSON: packets, and bit/s of whole IP packets, in all and by quarters of seconds
  flood ADDRESS PORT BITS/S SECONDS     packets of 1,000 bytes (with IP and UDP), at that rate
"""
import json, socket, struct, sys, time

mode, address, args = sys.argv[1], (sys.argv[2], int(sys.argv[3])), [float(a) for a in sys.argv[4:]]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)

if mode == "echo":
    s.bind(address)
    print("ready", flush=True)
    while True:
        data, who = s.recvfrom(65536)
        s.sendto(data, who)

elif mode == "ask":
    count, each, size = int(args[0]), args[1] / 1000, int(args[2])
    trips, order, start, sent = [], [], time.monotonic(), 0
    while True:
        now = time.monotonic()
        if sent < count and now >= start + sent * each:
            try:
                s.sendto(struct.pack("<Id", sent, now) + bytes(size - 12), address)
            except OSError:
                pass  # no carrier, or nobody there: as good as lost
            sent += 1
            continue
        wait = start + sent * each - now if sent < count else start + count * each + 0.7 - now
        if wait <= 0 or len(order) == count:
            break
        s.settimeout(wait)
        try:
            n, at = struct.unpack("<Id", s.recv(65536)[:12])
        except OSError:
            continue
        trips.append(1000 * (time.monotonic() - at))
        order.append(n)
    t = sorted(trips) or [float("nan")]
    print(json.dumps({"sent": sent, "got": len(order), "ordered": order == sorted(order),
                      "min": round(t[0], 2), "median": round(t[len(t) // 2], 2), "max": round(t[-1], 2)}))

elif mode == "sink":
    s.bind(address)
    s.settimeout(20)
    print("ready", flush=True)
    seen = []
    try:
        while True:
            n = len(s.recv(65536)) + 28
            seen.append((time.monotonic(), n))
            s.settimeout(0.7)
    except OSError:
        pass
    if len(seen) < 2:
        sys.exit("meter.py: nothing came")
    first, last = seen[0][0], seen[-1][0]
    quarters = [0] * (int(4 * (last - first)) + 1)
    for at, n in seen:
        quarters[int(4 * (at - first))] += 32 * n
    print(json.dumps({"packets": len(seen), "bits_per_s": round(8 * sum(n for _, n in seen[1:]) / (last - first)), "quarters": quarters[:-1]}))

elif mode == "flood":
    rate, seconds = args
    start, sent, data = time.monotonic(), 0, bytes(972)
    while (now := time.monotonic()) < start + seconds:
        if sent * 8000 >= rate * (now - start):
            time.sleep(0.001)
            continue
        try:
            s.sendto(data, address)  # waits where the device's own queue is full
        except OSError:
            pass
        sent += 1
