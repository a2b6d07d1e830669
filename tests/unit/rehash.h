/* SPDX-License-Identifier: Apache-2.0 */
/* rehash.h - for tests that damage a .bonnet file and want more than its hash to notice. */
#ifndef BONNET_TESTS_REHASH_H
#define BONNET_TESTS_REHASH_H
#include <sha2.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The size and the hash in the header are those of the bytes again. */
static inline void rehash(uint8_t *bytes, size_t size)
{
    SHA2_CTX c;
    for (int i = 0; i < 8; i++) bytes[16 + i] = (uint8_t)((uint64_t)size >> 8 * i);
    memset(bytes + 32, 0, 32);
    SHA256Init(&c);
    SHA256Update(&c, bytes, size);
    SHA256Final(bytes + 32, &c);
}
#endif
