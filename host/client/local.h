/* SPDX-License-Identifier: Apache-2.0 */
/* local.h - the network on this device, in parts: from anywhere to anywhere it can be cut, its branches, and what each takes. The caller's thread only. */
#ifndef BONNET_CLIENT_LOCAL_H
#define BONNET_CLIENT_LOCAL_H
#include "bonnet_client.h"
#include "plans.h"

enum { LOCAL_PARTS = 256 };

/* Places in the network: 0 the input, 1 + K behind cut K, l->end its logits. */
typedef struct local_part {
    uint32_t from, to;
    bonnet_model *model;        /* of the whole: the caller's */
    upper time;
} local_part;

typedef struct local_exit {
    uint32_t place;
    double temperature, logit_scale;
    bonnet_model *branch;       /* or NULL: no plan asks it */
    upper time;
} local_exit;

typedef struct local {
    bonnet_device *dev;
    const bonnet_model *model;
    bonnet_model_info info;     /* name is the model's */
    size_t input_bytes;
    uint32_t cuts, end, exits, confidence;
    size_t *map_bytes;          /* [cuts + 1]: at each place before the end */
    local_exit exit[BONNET_EXITS_MAX];
    double end_temperature;
    local_part part[LOCAL_PARTS];
    uint32_t parts;
} local;

/* What the device says of a failure is bonnet_last_error(dev). temperatures: [exits + 1] or NULL. */
bonnet_status local_open(local *l, bonnet_device *dev, const bonnet_model *model, uint32_t confidence, const double *temperatures);
void local_close(local *l);
/* Makes a part, a branch ready, and times it; once made, a no-op. */
bonnet_status local_need_part(local *l, uint32_t from, uint32_t to);
bonnet_status local_need_exit(local *l, uint32_t exit);

/* The map at `to`, from the input or a map at `from`; both were asked for by local_need_part(), as below. */
bonnet_status local_map(uint8_t *out, local *l, uint32_t from, uint32_t to, const uint8_t *in);
/* Logits: of an exit, from the map at its place; of the network's end. Into `a`: all but what is of the request. */
bonnet_status local_ask(bonnet_answer *a, local *l, uint32_t exit, const uint8_t *map);
bonnet_status local_finish(bonnet_answer *a, local *l, uint32_t from, const uint8_t *in);
/* At most, in microseconds. */
int64_t local_part_us(const local *l, uint32_t from, uint32_t to);
int64_t local_exit_us(const local *l, uint32_t exit);
/* Label, score, confidence of a->logits; scale: of them, or 0: not known. */
void local_judge(bonnet_answer *a, const local *l, double temperature, double scale);

int64_t client_now(void); /* microseconds, monotonic */
#endif
