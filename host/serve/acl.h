/* SPDX-License-Identifier: Apache-2.0 */
/* acl.h - who may do what with which model, as a small JSON file says (docs/serve.md). Texts and bytes: no socket, no file, no lock. What no rule allows is denied. */
#ifndef BONNET_SERVE_ACL_H
#define BONNET_SERVE_ACL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACL_BYTES = 1 << 20, ACL_RULES = 256, ACL_ENTRIES = 64, ACL_PATTERN = 256, ACL_LINE = 320, ACL_HASH = 32 }; /* PATTERN: with its zero */
typedef enum acl_right { ACL_INFER, ACL_METADATA, ACL_ADMIN, ACL_METRICS } acl_right; /* METRICS: of no model */
enum { ACL_OF_MODELS = 3 };

typedef struct acl acl;
/* NULL: a line in message that names the entry. acl_free() */
acl *acl_read(char message[ACL_LINE], const char *text, size_t bytes);
void acl_free(acl *a); /* NULL: a no-op */

/* Who asks: all names of a certificate, the SHA-256 of a token or NULL. */
typedef struct acl_client { const char (*name)[ACL_PATTERN]; uint32_t names; const uint8_t *token; } acl_client;
/* model: ACL_METRICS has none. Who may infer or administer may read metadata. The time does not tell how much of a token was right. */
bool acl_allows(const acl *a, const acl_client *c, acl_right right, const char *model, size_t length);
bool acl_knows(const acl *a, const uint8_t token[ACL_HASH]); /* some rule is for it */

/* Within: one '*' stands for any characters. */
bool acl_matches(const char *pattern, const char *text, size_t length);

typedef struct acl_list { char (*pattern)[ACL_PATTERN]; uint32_t count; } acl_list;
typedef struct acl_rule {
    acl_list clients, models[ACL_OF_MODELS];
    uint8_t (*token)[ACL_HASH];
    uint32_t tokens;
    bool anyone, metrics;
} acl_rule;
struct acl { acl_rule *rule; uint32_t rules; };
#endif
