/* SPDX-License-Identifier: Apache-2.0 */
/* digest.c - a SHA-256 as text. */
#include <stdio.h>
#include "cli.h"

const char *cli_sha256_hex(char out[CLI_DIGEST], const uint8_t sha256[32])
{
    for (size_t i = 0; i < 32; i++) snprintf(out + 2 * i, 3, "%02x", sha256[i]);
    return out;
}
