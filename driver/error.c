/* SPDX-License-Identifier: Apache-2.0 */
/* error.c - one line of detail for a failure, in the caller's buffer. `return bonnet_fail(err, BONNET_EIO, "...")` is the idiom. */
#include <stdio.h>
#include "backend.h"

bonnet_status bonnet_fail(bonnet_error *err, bonnet_status status, const char *format, ...)
{
    if (!err) return status;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args); /* a longer line is cut, never overruns */
    va_end(args);
    return status;
}
