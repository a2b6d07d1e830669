/* SPDX-License-Identifier: Apache-2.0 */
/* acl_test.c - access lists without a server: patterns as the plainest matcher has it, each right given by what gives it and by nothing else, damaged lists refused with a line. */
#include "acl.h"
#include "unit.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
static const char sound[] = "{\"bonnet_acl\": 1, \"rules\": ["
                            "{\"clients\": [\"cam1\", \"*.site2\"], \"infer\": [\"net\", \"net.tail*\"]},"
                            "{\"clients\": [\"ops\"], \"metadata\": [\"*\"], \"metrics\": true, \"admin\": [\"net\"]},"
                            "{\"tokens\": [\"" HEX "\"], \"infer\": [\"other\"]},"
                            "{\"anyone\": true, \"metadata\": [\"open\"]}]}";

/* One of the ways to cut text in two is the pattern's. */
static bool plainly(const char *pattern, const char *text, size_t length)
{
    const char *star = strchr(pattern, '*');
    if (!star) return strlen(pattern) == length && !strncmp(pattern, text, length);
    for (size_t skipped = 0; skipped <= length; skipped++) {
        char whole[64];
        const size_t head = (size_t)(star - pattern);
        if (head + skipped + strlen(star + 1) != length) continue;
        memcpy(whole, pattern, head);
        memcpy(whole + head, text + (head < length ? head : length), skipped); /* text has room behind it */
        memcpy(whole + head + skipped, star + 1, strlen(star + 1));
        if (!memcmp(whole, text, length)) return true;
    }
    return false;
}

static void test_patterns(unit *u)
{
    uint32_t wrong = 0, matched = 0;
    for (uint32_t i = 0; i < 40 * u->cases; i++) {
        char pattern[8] = "", text[32] = "";
        const uint32_t n = unit_below(u, 6), m = unit_below(u, 7);
        for (uint32_t k = 0; k < n; k++) pattern[k] = (char)('a' + unit_below(u, 2));
        if (n && unit_below(u, 4)) pattern[unit_below(u, n)] = '*';
        for (uint32_t k = 0; k < m; k++) text[k] = (char)('a' + unit_below(u, 2));
        const bool got = acl_matches(pattern, text, m);
        matched += got;
        wrong += got != plainly(pattern, text, m);
    }
    UNIT(u, wrong == 0 && matched > u->cases / 2, "patterns", "%u wrong, %u matched", wrong, matched);
}

static void test_rights(unit *u)
{
    static const struct {
        const char *name;
        bool token;
        acl_right right;
        const char *model;
        bool wanted;
    } cases[] = {{"cam1", 0, ACL_INFER, "net", 1},     {"cam1", 0, ACL_INFER, "net.tail3", 1},
                 {"cam1", 0, ACL_METADATA, "net", 1},  {"cam1", 0, ACL_INFER, "net2", 0},
                 {"cam1", 0, ACL_INFER, "other", 0},   {"cam1", 0, ACL_METADATA, "other", 0},
                 {"cam1", 0, ACL_ADMIN, "net", 0},     {"cam1", 0, ACL_METRICS, "", 0},
                 {"cam11", 0, ACL_INFER, "net", 0},    {"CAM1", 0, ACL_INFER, "net", 0},
                 {"a.site2", 0, ACL_INFER, "net", 1},  {".site2", 0, ACL_INFER, "net", 1},
                 {"site2", 0, ACL_INFER, "net", 0},    {"a.site2.evil", 0, ACL_INFER, "net", 0},
                 {"ops", 0, ACL_METADATA, "other", 1}, {"ops", 0, ACL_INFER, "net", 0},
                 {"ops", 0, ACL_METRICS, "", 1},       {"ops", 0, ACL_ADMIN, "net", 1},
                 {"ops", 0, ACL_ADMIN, "other", 0},    {NULL, 1, ACL_INFER, "other", 1},
                 {NULL, 1, ACL_INFER, "net", 0},       {"cam1", 1, ACL_INFER, "other", 1},
                 {NULL, 0, ACL_INFER, "net", 0},       {NULL, 0, ACL_METADATA, "open", 1},
                 {NULL, 0, ACL_INFER, "open", 0},      {NULL, 0, ACL_METRICS, "", 0},
                 {"*", 0, ACL_INFER, "net", 0},        {"*.site2", 0, ACL_INFER, "net", 1},
                 {"cam1", 0, ACL_METADATA, "open", 1}};
    char line[ACL_LINE] = "";
    acl *a = acl_read(line, sound, sizeof sound - 1);
    UNIT(u, a != NULL, "a sound list", "%s", line);
    if (!a) return;
    uint8_t right[ACL_HASH], wrong[ACL_HASH];
    for (int i = 0; i < ACL_HASH; i++) sscanf(&HEX[2 * i], "%2hhx", &right[i]), wrong[i] = right[i];
    wrong[ACL_HASH - 1] ^= 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char names[2][ACL_PATTERN] = {"nobody", ""};
        if (cases[i].name) snprintf(names[1], ACL_PATTERN, "%s", cases[i].name);
        const acl_client c = {(const char(*)[ACL_PATTERN])names, cases[i].name ? 2 : 0, cases[i].token ? right : wrong};
        const bool got = acl_allows(a, &c, cases[i].right, cases[i].model, strlen(cases[i].model));
        UNIT(u, got == cases[i].wanted, "rights", "case %zu gave %d", i, got);
    }
    UNIT(u, acl_knows(a, right) && !acl_knows(a, wrong), "tokens", "known %d, wrong one %d", acl_knows(a, right), acl_knows(a, wrong));
    acl_free(a);
}

static void test_refused(unit *u)
{
    static const char *const bad[][2] = {
        {"[]", "not a JSON object"},
        {"null", "not a JSON object"},
        {"{\"rules\": []}", "\"bonnet_acl\", its version, is missing"},
        {"{\"bonnet_acl\": 2, \"rules\": []}", "of another version"},
        {"{\"bonnet_acl\": 1}", "\"rules\" wants a list"},
        {"{\"bonnet_acl\": 1, \"rules\": [], \"rule\": 1}", "no entry \"rule\""},
        {"{\"bonnet_acl\": 1, \"rules\": [1]}", "rules[0]: wants an object"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"infer\": [\"x\"]}]}", "rules[0]: it is for nobody"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"anyone\": false}]}", "it is for nobody"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"anyone\": true}, {\"client\": [\"x\"]}]}", "rules[1]: no entry \"client\""},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"clients\": \"x\"}]}", "\"clients\" wants a list"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"clients\": []}]}", "\"clients\" wants a list of 1"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"clients\": [1]}]}", "\"clients\"[0] is no text"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"clients\": [\"\"]}]}", "wants 1 to 255 bytes"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"clients\": [\"a b\"]}]}", "printable ASCII"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"clients\": [\"a\\u0000b\"]}]}", "printable ASCII"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"clients\": [\"*a*\"]}]}", "more than one *"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"anyone\": 1}]}", "\"anyone\" wants true or false"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"anyone\": true, \"metrics\": \"yes\"}]}", "\"metrics\" wants true or false"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"tokens\": [\"secret\"]}]}", "64 lower-case digits"},
        {"{\"bonnet_acl\": 1, \"rules\": [{\"tokens\": [\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\"]}]}",
         "64 lower-case digits"},
        {"{\"bonnet_acl\": 1, \"rules\": []} x", "not JSON"},
        {"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}", "not JSON"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[ACL_LINE] = "";
        acl *a = acl_read(line, bad[i][0], strlen(bad[i][0]));
        UNIT(u, !a && strstr(line, bad[i][1]), "refused", "%s: %s", bad[i][0], line);
        acl_free(a);
    }
    uint32_t taken = 0, silent = 0;
    for (size_t n = 0; n < sizeof sound - 1; n++) {
        char line[ACL_LINE] = "";
        acl *a = acl_read(line, sound, n);
        taken += a != NULL, silent += !a && !line[0];
        acl_free(a);
    }
    UNIT(u, !taken && !silent, "cut short", "%u taken, %u without a line", taken, silent);
    for (uint32_t i = 0; i < 20 * u->cases; i++) { /* whatever becomes of it: a line or a list, and no bad access */
        char text[sizeof sound], line[ACL_LINE] = "";
        memcpy(text, sound, sizeof sound);
        for (uint32_t k = 1 + unit_below(u, 3); k; k--) text[unit_below(u, sizeof sound - 1)] = (char)unit_below(u, 256);
        acl *a = acl_read(line, text, sizeof sound - 1);
        const acl_client nobody = {0};
        silent += !a && !line[0];
        if (a) taken += acl_allows(a, &nobody, ACL_ADMIN, "net", 3);
        acl_free(a);
    }
    UNIT(u, !taken && !silent, "damaged", "%u let anybody administer, %u without a line", taken, silent);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "acl", 1, 200);
    test_patterns(&u);
    test_rights(&u);
    test_refused(&u);
    return unit_end(&u);
}
