/* SPDX-License-Identifier: Apache-2.0 */
/* logits.h - what every exit of a network says of labelled samples (docs/exits.md): .npz as `bonnet run --all-exits` writes it, or a CSV table. */
#ifndef BONNET_CLI_LOGITS_H
#define BONNET_CLI_LOGITS_H
#include "bonnet_exits.h"
#include "exits_file.h"

typedef struct cli_logits {
    const char *path;
    size_t samples;
    uint32_t classes, exits;                        /* exits: 2..BONNET_EXITS_MAX, the last one "final" */
    char name[BONNET_EXITS_MAX][CLI_EXITS_NAME];
    int32_t *logits[BONNET_EXITS_MAX];              /* [samples][classes] */
    uint16_t *labels;                               /* [samples], below classes */
} cli_logits;

/* By content. cli_logits_free() in any case. */
int cli_logits_read(cli_logits *out, const char *path);
int cli_logits_npz(cli_logits *out, const char *path, const uint8_t *bytes, size_t size);
int cli_logits_csv(cli_logits *out, const char *path, const char *text, size_t size);
void cli_logits_free(cli_logits *logits);
/* Can it be the name of exit `index`? NULL, or what is wanted. */
const char *cli_logits_name(cli_logits *of, uint32_t index, const char *name);
#endif
