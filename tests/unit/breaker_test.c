/* SPDX-License-Identifier: Apache-2.0 */
/*
 * breaker_test.c - is upstream worth asking, which plan, what does it take: the breaker by hand and against what it promises on drawn histories, plans by bandwidth
 * with their hysteresis, the moving upper estimate.
 */
#include <math.h>
#include "breaker.h"
#include "plans.h"
#include "unit.h"

enum { FIRST = 1000, MOST = 64000 };

static breaker fresh(void)
{
    breaker b;
    breaker_start(&b, 3, FIRST, MOST, 7);
    return b;
}

/* To closed, by a question that is answered yes. */
static void close_it(breaker *b, int64_t now)
{
    breaker_ask(b);
    breaker_answer(b, true, now);
}

static void by_hand(unit *u)
{
    breaker b = fresh();
    UNIT(u, !breaker_may_send(&b, 0) && breaker_due(&b) == 0 && !b.opened, "it starts by asking", "state %d", (int)b.state);
    breaker_ask(&b);
    UNIT(u, !breaker_may_send(&b, 1 << 30) && breaker_due(&b) == INT64_MAX, "one question at a time, and no request beside it", "state %d",
         (int)b.state);
    breaker_answer(&b, true, 10);
    UNIT(u, breaker_may_send(&b, 10) && breaker_due(&b) == INT64_MAX, "yes closes it", "state %d", (int)b.state);
    breaker_result(&b, true, 11);
    breaker_result(&b, false, 12), breaker_result(&b, false, 13), breaker_result(&b, true, 14);
    breaker_result(&b, false, 15), breaker_result(&b, false, 16);
    UNIT(u, breaker_may_send(&b, 17), "failures in a row count, not failures", "state %d", (int)b.state);
    breaker_result(&b, false, 18);
    const int64_t wait = breaker_due(&b) - 18;
    UNIT(u, !breaker_may_send(&b, 18) && b.opened == 1 && wait >= FIRST * 4 / 5 && wait <= FIRST * 6 / 5,
         "the third opens it for the first wait, a fifth up or down", "%lld us", (long long)wait);
    breaker_result(&b, true, 19);
    UNIT(u, !breaker_may_send(&b, 19), "a straggler's success does not close it", "state %d", (int)b.state);
    close_it(&b, 2000);
    breaker_result(&b, false, 2001);
    const int64_t second = breaker_due(&b) - 2001;
    UNIT(u, b.state == BREAKER_OPEN && b.opened == 2 && second >= 2 * FIRST * 4 / 5 && second <= 2 * FIRST * 6 / 5,
         "on trial one failure is enough, and the wait has doubled", "%lld us", (long long)second);
    close_it(&b, 10000);
    breaker_result(&b, true, 10001);
    for (int i = 0; i < 3; i++) breaker_result(&b, false, 10002);
    UNIT(u, breaker_due(&b) - 10002 <= FIRST * 6 / 5, "a request that succeeds makes the wait small again", "%lld us",
         (long long)(breaker_due(&b) - 10002));
    close_it(&b, 20000);
    breaker_pause(&b, 25000), breaker_pause(&b, 24000);
    UNIT(u, !breaker_may_send(&b, 24999) && breaker_may_send(&b, 25000) && b.opened == 3,
         "a pause is kept to its end, the longest one, and is no failure", "hold %lld", (long long)b.hold);
}

/* Never beyond the longest wait, never shorter than the last but for the jitter, until a request succeeds. */
static void drawn(unit *u)
{
    uint32_t wrong = 0;
    for (uint32_t c = 0; c < u->cases; c++) {
        breaker b;
        int64_t now = 0, most = 0;
        breaker_start(&b, 1 + unit_below(u, 5), FIRST, MOST, unit_random(u));
        for (int i = 0; i < 60; i++) {
            now += 1 + unit_below(u, 3 * FIRST);
            const uint64_t opened = b.opened;
            if (b.state == BREAKER_OPEN && breaker_due(&b) <= now) breaker_ask(&b);
            else if (b.state == BREAKER_ASKED) breaker_answer(&b, unit_below(u, 2), now);
            else breaker_result(&b, unit_below(u, 4) == 0, now);
            if (b.state == BREAKER_CLOSED && !b.trial) most = 0;
            if (b.state == BREAKER_OPEN && b.until > now && (b.opened > opened || most)) {
                const int64_t wait = b.until - now;
                wrong += b.until - now > MOST * 6 / 5 + 1;
                if (wait > most) most = wait;
            }
            wrong += breaker_may_send(&b, now) && b.state != BREAKER_CLOSED;
            wrong += (breaker_due(&b) == INT64_MAX) != (b.state != BREAKER_OPEN);
        }
    }
    UNIT(u, !wrong, "drawn histories", "%u wrong", wrong);

    breaker b = fresh();
    int64_t total = 0, now = 0;
    for (int i = 0; i < 30; i++) {
        breaker_ask(&b);
        breaker_answer(&b, false, now);
        total += b.until - now;
        now = b.until;
    }
    UNIT(u, total > 20 * (int64_t)MOST * 4 / 5, "thirty noes: most of the waits are the longest", "%lld us", (long long)total);
    uint32_t alike = 0;
    for (uint64_t seed = 0; seed < 64; seed++) {
        breaker other;
        breaker_start(&other, 3, FIRST, MOST, seed);
        breaker_ask(&other), breaker_answer(&other, false, 0);
        alike += other.until == FIRST;
    }
    UNIT(u, alike < 8, "clients with other seeds come back at other times", "%u of 64 alike", alike);
}

static void plans(unit *u)
{
    static const double from[] = {0, 1e6, 8e6};
    UNIT(u, plans_at(from, 3, 2, 9e6, 0.1) == 2 && plans_at(from, 3, 2, 7.5e6, 0.1) == 2 && plans_at(from, 3, 2, 7.1e6, 0.1) == 1,
         "down beyond a tenth", "hysteresis");
    UNIT(u, plans_at(from, 3, 1, 8.5e6, 0.1) == 1 && plans_at(from, 3, 1, 8.9e6, 0.1) == 2, "up beyond a tenth", "hysteresis");
    UNIT(u, plans_at(from, 3, 2, 10, 0.1) == 0 && plans_at(from, 3, 0, 1e9, 0.1) == 2, "two steps at once", "steps");
    UNIT(u, plans_at(from, 1, 0, 0, 0.1) == 0 && plans_at((const double[]){5e6, 6e6}, 2, 0, 1, 0.1) == 0, "below the first one's: the first",
         "first");
    uint32_t wrong = 0, moved = 0;
    for (uint32_t c = 0; c < u->cases; c++) {
        double edge[6] = {0};
        const uint32_t n = 1 + unit_below(u, 6);
        const double h = 0.3 * unit_real(u);
        for (uint32_t i = 1; i < n; i++) edge[i] = edge[i - 1] + 1e5 + 1e7 * unit_real(u);
        uint32_t now = unit_below(u, n);
        for (int i = 0; i < 40; i++) {
            const double bits = 4e7 * unit_real(u);
            const uint32_t next = plans_at(edge, n, now, bits, h);
            /* Where it stands the bandwidth is within, a share h to both sides; and it is stable. */
            wrong += next >= n || (next && bits < edge[next] * (1 - h)) || (next + 1 < n && bits >= edge[next + 1] * (1 + h));
            wrong += plans_at(edge, n, next, bits, h) != next;
            wrong += next != now && bits >= edge[now] * (1 - h) && (now + 1 == n || bits < edge[now + 1] * (1 + h));
            moved += next != now;
            now = next;
        }
    }
    UNIT(u, !wrong && moved > u->cases, "drawn maps: within, stable, never moved without need", "%u wrong, %u moves", wrong, moved);
}

static void upper_estimate(unit *u)
{
    upper x = {0};
    UNIT(u, upper_get(&x) == 0, "nothing seen", "%lld", (long long)upper_get(&x));
    for (int i = 0; i < 200; i++) upper_add(&x, 5000);
    UNIT(u, upper_get(&x) >= 5000 && upper_get(&x) < 5010, "a steady device", "%lld", (long long)upper_get(&x));
    uint32_t above = 0;
    for (int i = 0; i < 2000; i++) {
        const int64_t us = 4000 + unit_below(u, 2000);
        above += i >= 100 && us > upper_get(&x);
        upper_add(&x, us);
    }
    UNIT(u, above < 40, "4 to 6 ms: one in fifty at most is above", "%u of 1900", above);
    for (int i = 0; i < 60; i++) upper_add(&x, 20000);
    UNIT(u, upper_get(&x) >= 20000 && upper_get(&x) < 22000, "it follows", "%lld", (long long)upper_get(&x));
    upper_add(&x, -5);
    UNIT(u, isfinite(x.mean_us), "a clock that went back", "%g", x.mean_us);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "breaker", 1, 300);
    by_hand(&u);
    drawn(&u);
    plans(&u);
    upper_estimate(&u);
    return unit_end(&u);
}
