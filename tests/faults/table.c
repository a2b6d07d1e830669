/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - faults by kind: how often armed, how often they struck, and how the call ended that they struck in. */
#include <stdio.h>
#include "faults.h"

const char *fault_name(mock_fault_kind kind)
{
    static const char *const names[MOCK_FAULT_KINDS] = {
#define NAME(name, text, at, what) [MOCK_##name] = text,
        MOCK_FAULT_LIST(NAME)
#undef NAME
    };
    return kind > MOCK_NO_FAULT && kind < MOCK_FAULT_KINDS ? names[kind] : "";
}

void table_add(table *to, const table *from)
{
    for (int k = 0; k < MOCK_FAULT_KINDS; k++) {
        to->armed[k] += from->armed[k];
        to->struck[k] += from->struck[k];
        for (int s = 0; s < STATUSES; s++) to->ended[k][s] += from->ended[k][s];
    }
    to->cases += from->cases;
    to->faults += from->faults;
    to->strikes += from->strikes;
    to->calls += from->calls;
    to->right += from->right;
    to->errors += from->errors;
}

static const struct {
    bonnet_status status;
    const char *name;
} columns[] = {{BONNET_OK, "right"},  {BONNET_ENOMEM, "ENOMEM"}, {BONNET_ENODEV, "ENODEV"},
               {BONNET_EIO, "EIO"},   {BONNET_EABI, "EABI"},     {BONNET_ETIMEOUT, "TIMEOUT"},
               {BONNET_EBUS, "EBUS"}, {BONNET_EINTR, "EINTR"},   {BONNET_EUNSUPPORTED, "UNSUPP"}};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

void table_print(const table *t)
{
    printf("%-15s %6s %6s |", "fault", "armed", "struck");
    for (int c = 0; c < COLUMNS; c++) printf(" %7s", columns[c].name);
    printf("\n");
    for (int k = 1; k < MOCK_FAULT_KINDS; k++) {
        printf("%-15s %6u %6u |", fault_name((mock_fault_kind)k), t->armed[k], t->struck[k]);
        for (int c = 0; c < COLUMNS; c++) printf(t->ended[k][-columns[c].status] ? " %7u" : "       .", t->ended[k][-columns[c].status]);
        printf("\n");
    }
    printf("%llu cases, %llu faults armed, %llu struck; %llu calls: %llu right answers, %llu errors with their line, 0 wrong\n",
           (unsigned long long)t->cases, (unsigned long long)t->faults, (unsigned long long)t->strikes, (unsigned long long)t->calls,
           (unsigned long long)t->right, (unsigned long long)t->errors);
}

int table_covers(const table *t)
{
    /* Of 1,000 cases every kind struck ten times. In a hundred, a kind of forty may well be missing: nothing is asked of so few. */
    const uint64_t least = t->cases >= 400 ? t->cases / 100 : 0;
    int ok = 1;
    for (int k = 1; k < MOCK_FAULT_KINDS; k++) {
        if (t->struck[k] >= least) continue;
        fprintf(stderr, "faults: %s struck %u times in %llu cases, wanted %llu\n", fault_name((mock_fault_kind)k), t->struck[k],
                (unsigned long long)t->cases, (unsigned long long)least);
        ok = 0;
    }
    if (4 * t->strikes < 3 * t->faults) {
        fprintf(stderr, "faults: only %llu of %llu struck\n", (unsigned long long)t->strikes, (unsigned long long)t->faults);
        ok = 0;
    }
    return ok;
}
