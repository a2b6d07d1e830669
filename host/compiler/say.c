/* SPDX-License-Identifier: Apache-2.0 */
/* say.c - see say.h. */
#include "say.h"
#include <stdarg.h>
#include <stdio.h>

void bonnet_say(bonnet_text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(t->at, t->room, format, args);
    va_end(args);
    if (n <= 0) return;
    const size_t took = (size_t)n < t->room ? (size_t)n : t->room ? t->room - 1 : 0;
    t->at += took;
    t->room -= took;
}
