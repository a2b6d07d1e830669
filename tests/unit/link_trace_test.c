/* SPDX-License-Identifier: Apache-2.0 */
/* link_trace_test.c - recorded links: the three formats, their statistics, and lines that are none. */
#include <math.h>
#include "bonnet_edge.h"
#include "unit.h"

static int near(double a, double b, double relative) { return fabs(a - b) <= relative * fabs(b); }

#define TRACE(u, text, wanted, word)                                                                                                                 \
    do {                                                                                                                                             \
        bonnet_link_trace t = {.count = 77};                                                                                                         \
        char line[200] = "";                                                                                                                         \
        const bonnet_status status = bonnet_link_trace_read(&t, text, strlen(text), wanted, line, sizeof line);                                      \
        UNIT(u, status == BONNET_EFORMAT && strstr(line, word) && t.count == 77, word " in " #text, "%d: %s", (int)status, line);                    \
    } while (0)

static void wrong_traces(unit *u)
{
    TRACE(u, "", 0, "no sample");
    TRACE(u, "# nothing\n\n", 0, "no sample");
    TRACE(u, "1 2\n2 x\n", 0, "line 2: numbers are wanted");
    TRACE(u, "1 2\n2\n", 0, "line 2: two numbers");
    TRACE(u, "1 2 3\n", 0, "line 1: two numbers");
    TRACE(u, "1 2 3 4 5 6 7\n", 0, "line 1: numbers are wanted, two or six");
    TRACE(u, "1 2\n", BONNET_LINK_REPORT, "line 1: six numbers");
    TRACE(u, "1 2 3 4 5 6\n", BONNET_LINK_SECONDS, "line 1: two numbers");
    TRACE(u, "1 2 3 4 5 0\n", 0, "outside of 1 ms");
    TRACE(u, "1 2 3 4 -5 1\n", 0, "bytes below 0");
    TRACE(u, "1 2\n0.5 2\n", 0, "line 2: time goes back");
    TRACE(u, "-1 2\n", 0, "a time below 0");
    TRACE(u, "1 -2\n", 0, "a rate below 0");
    TRACE(u, "1 1e999\n", 0, "above 10^12");
    TRACE(u, "1 0e999\n", 0, "rate");
    TRACE(u, "1 1e7\n", BONNET_LINK_SECONDS, "sample 1: ");
    TRACE(u, "1 nan\n", 0, "numbers are wanted");
    TRACE(u, "1 0x10\n", 0, "numbers are wanted");
    TRACE(u, "1 1e\n", 0, "numbers are wanted");
    TRACE(u, "1 .\n", 0, "numbers are wanted");
    TRACE(u, "1,5 2\n", 0, "numbers are wanted");
}

static void traces(unit *u)
{
    static const char report[] = "1450274031248 725 51.06 3.73 3263799 725\r\n1450274032248 1725 51.06 3.73 4226240 1000",
                      seconds[] = "# s Mbit/s\n0 8\n0.5\t1.25\n\n 1e0 +4 \n", millis[] = "7.0 4646.5\n320.0 4646.5\n408 4700\n", one[] = "5 2";
    bonnet_link_trace t;
    UNIT(u,
         bonnet_link_trace_read(&t, report, strlen(report), 0, NULL, 0) == BONNET_OK && t.count == 2 && t.format == BONNET_LINK_REPORT &&
             t.samples[1].at_s == 1.725 && near(t.samples[0].bits_per_s, 3263799 * 8 / 0.725, 1e-12),
         "a report", "%zu samples", t.count);
    bonnet_link_trace_free(&t);
    UNIT(u,
         bonnet_link_trace_read(&t, seconds, strlen(seconds), 0, NULL, 0) == BONNET_OK && t.count == 3 && t.format == BONNET_LINK_SECONDS &&
             t.samples[1].at_s == 0.5 && t.samples[1].bits_per_s == 1.25e6 && t.samples[2].bits_per_s == 4e6,
         "seconds and Mbit/s", "%zu samples", t.count);
    bonnet_link_trace_free(&t);
    UNIT(u,
         bonnet_link_trace_read(&t, millis, strlen(millis), 0, NULL, 0) == BONNET_OK && t.count == 3 && t.format == BONNET_LINK_MILLIS &&
             t.samples[0].at_s == 0.007 && t.samples[0].bits_per_s == 4646500,
         "milliseconds and kbit/s", "%zu samples", t.count);
    bonnet_link_trace_free(&t);
    UNIT(u, bonnet_link_trace_read(&t, one, strlen(one), BONNET_LINK_MILLIS, NULL, 0) == BONNET_OK && t.count == 1 && t.samples[0].at_s == 0.005,
         "one sample, as told", "%zu samples", t.count);
    bonnet_link_stats s;
    UNIT(u,
         bonnet_link_stats_get(&s, t.samples, 1) == BONNET_OK && s.min == 2000 && s.p10 == 2000 && s.p90 == 2000 && s.max == 2000 && s.mean == 2000,
         "statistics of one sample", "%g", s.p90);
    bonnet_link_trace_free(&t);
    bonnet_link_trace_free(&t);
    char *many = malloc(4 * BONNET_LINK_MAX_SAMPLES + 8);
    if (!many) exit(1);
    for (size_t i = 0; i <= BONNET_LINK_MAX_SAMPLES; i++) memcpy(many + 4 * i, "1 2\n", 4);
    UNIT(u, bonnet_link_trace_read(&t, many, 4u * BONNET_LINK_MAX_SAMPLES, 0, NULL, 0) == BONNET_OK && t.count == BONNET_LINK_MAX_SAMPLES,
         "a million", "no");
    bonnet_link_trace_free(&t);
    UNIT(u, bonnet_link_trace_read(&t, many, 4u * BONNET_LINK_MAX_SAMPLES + 4, 0, NULL, 0) == BONNET_EFORMAT, "and one more", "taken");
    free(many);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "link_trace", 1, 1);
    wrong_traces(&u);
    traces(&u);
    return unit_end(&u);
}
