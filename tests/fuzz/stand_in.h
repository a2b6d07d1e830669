/* SPDX-License-Identifier: Apache-2.0 */
/* stand_in.h - in the place of the command line's own: complaints are made, and not printed. One fuzzer includes it once. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../host/cli/cli.h"

int cli_fail(int code, const char *format, ...)
{
    char line[8192];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (code == CLI_OK || !line[0]) abort();
    return code;
}

bool cli_number(double *out, const char *text)
{
    char *end;
    *out = strtod(text, &end);
    return end != text && !*end && isfinite(*out);
}
