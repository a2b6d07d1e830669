/* SPDX-License-Identifier: Apache-2.0 */
/* experts.h - what `bonnet order` reads (docs/edge.md): experts from a JSON object, or with their log of answers from a CSV table. */
#ifndef BONNET_CLI_EXPERTS_H
#define BONNET_CLI_EXPERTS_H
#include "bonnet_edge.h"
#include "cli.h"

enum { CLI_EXPERT_NAME = 64 };

typedef struct cli_experts {
    uint32_t count;                                      /* without the deterministic one, */
    bonnet_expert expert[BONNET_ORDER_MAX + 1];          /* which is expert[count] */
    char name[BONNET_ORDER_MAX + 1][CLI_EXPERT_NAME];
    uint32_t dependence;                                 /* that the file asks for */
    uint16_t *outcomes;                                  /* [samples] of a log; else NULL */
    size_t samples;
} cli_experts;

/* JSON or CSV, by content. cli_experts_free() in any case. */
int cli_experts_read(cli_experts *out, const char *path);
int cli_experts_json(cli_experts *out, const char *path, const uint8_t *bytes, size_t size);
int cli_experts_csv(cli_experts *out, const char *path, const char *text, size_t size);
void cli_experts_free(cli_experts *experts);

/* Milliseconds to the nearest microsecond; false: not above 0, above 10^9, or finer than that. */
bool cli_experts_us(uint64_t *us, double ms);
/* Can it be the name of one more expert? Then it is; else what is wrong. */
const char *cli_experts_name(cli_experts *of, uint32_t index, const char *name, size_t bytes);
/* "independent", "nested", "logged"; false: none of them. */
bool cli_dependence(uint32_t *out, const char *name);
#endif
