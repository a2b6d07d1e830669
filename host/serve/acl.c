/* SPDX-License-Identifier: Apache-2.0 */
/* acl.c - what a list says of a client. */
#include "acl.h"
#include <gnutls/gnutls.h>
#include <string.h>

bool acl_matches(const char *pattern, const char *text, size_t length)
{
    const char *star = strchr(pattern, '*');
    if (!star) return strlen(pattern) == length && !memcmp(pattern, text, length);
    const size_t head = (size_t)(star - pattern), tail = strlen(star + 1);
    return length >= head + tail && !memcmp(pattern, text, head) && !memcmp(star + 1, text + length - tail, tail);
}

static bool listed(const acl_list *list, const char *text, size_t length)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (acl_matches(list->pattern[i], text, length)) return true;
    return false;
}

/* Looks at all of them, whichever is right. */
static bool has_token(const acl_rule *r, const uint8_t token[ACL_HASH])
{
    bool found = false;
    for (uint32_t i = 0; i < r->tokens; i++) found |= gnutls_memcmp(r->token[i], token, ACL_HASH) == 0;
    return found;
}

static bool is_for(const acl_rule *r, const acl_client *c)
{
    bool found = r->anyone;
    if (c->token) found |= has_token(r, c->token);
    for (uint32_t i = 0; i < c->names; i++) found |= listed(&r->clients, c->name[i], strlen(c->name[i]));
    return found;
}

static bool gives(const acl_rule *r, acl_right right, const char *model, size_t length)
{
    if (right == ACL_METRICS) return r->metrics;
    for (int i = 0; i < ACL_OF_MODELS; i++)
        if ((i == (int)right || right == ACL_METADATA) && listed(&r->models[i], model, length)) return true;
    return false;
}

bool acl_allows(const acl *a, const acl_client *c, acl_right right, const char *model, size_t length)
{
    bool allowed = false;
    for (uint32_t i = 0; i < a->rules; i++) allowed |= is_for(&a->rule[i], c) && gives(&a->rule[i], right, model, length);
    return allowed;
}

bool acl_knows(const acl *a, const uint8_t token[ACL_HASH])
{
    bool known = false;
    for (uint32_t i = 0; i < a->rules; i++) known |= has_token(&a->rule[i], token);
    return known;
}
