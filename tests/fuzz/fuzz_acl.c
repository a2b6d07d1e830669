/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_acl.c - any bytes as an access list: refused with a line, or a list that answers, and that gives a client without a name what it gives everybody only. */
#include <stdlib.h>
#include <string.h>
#include "acl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char line[ACL_LINE] = "";
    acl *a = acl_read(line, (const char *)data, size);
    if (!a) {
        if (!line[0]) abort();
        return 0;
    }
    static const char names[1][ACL_PATTERN] = {"cam1.site1.example"};
    static const uint8_t token[ACL_HASH] = {1};
    const acl_client nobody = {0}, somebody = {names, 1, token};
    for (int right = 0; right <= ACL_METRICS; right++) {
        const bool all = acl_allows(a, &nobody, (acl_right)right, "net", 3), one = acl_allows(a, &somebody, (acl_right)right, "net", 3);
        if (all && !one) abort();
    }
    if (a->rules > ACL_RULES) abort();
    acl_free(a);
    return 0;
}
