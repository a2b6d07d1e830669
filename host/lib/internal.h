/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the files of host/lib share: the two opaque handles of bonnet.h. */
#ifndef BONNET_INTERNAL_H
#define BONNET_INTERNAL_H
#include <stdbool.h>
#include "backend.h"
#include "bonnet.h"
#include "file.h"
#include "net.h"
#include "desc.h"

struct bonnet_device {
    const bonnet_backend *backend;
    void *self;                    /* the backend's own state */
    uint32_t timeout_ms;
    const volatile int *cancel;    /* or NULL */
    bonnet_progress_function *progress; /* or NULL */
    void *progress_user;
    bonnet_error error;            /* text of the last failure */
    bonnet_stats stats;            /* of the last run */
    const bonnet_net *last_net;    /* that run's net; only compared, never read through */
    bonnet_layer_cycles last_layers[BONNET_MAX_LAYERS]; /* nanoseconds of all its frames */
    uint32_t last_walk;            /* frames that last_layers is of; 0 without a chip */
    bonnet_event *events;          /* [BONNET_JOB_MAX], register devices only, from the first run on; n_events of the last */
    uint32_t n_events;
};

struct bonnet_model {
    bonnet_device *dev;            /* the one it is bound to */
    bonnet_file file;              /* owns the net */
    bonnet_net *net;               /* = file.net */
    bonnet_net_job jobs[BONNET_FILE_MAX_JOBS];
    const bonnet_backend *backend; /* what runs it: the device's, or for general layers chip and CPU together (mixed.h) */
    void *self;                    /* that backend's state; own_self: made for this model alone */
    int own_self;
    void *slot;                    /* the net made ready, owned by the backend */
};

/* A model of what is in `file`, which is taken over in both outcomes. */
bonnet_status bonnet_model_bind(bonnet_model **out, bonnet_device *dev, bonnet_file *file);
/* The arguments of every run are checked here: the model belongs to dev and the image has the right size. */
bonnet_status bonnet_check_run(bonnet_device *dev, const bonnet_model *model, size_t pixels_bytes, size_t count);
/* `run` filled in by the caller but for timeout and cancel; keeps the statistics. frames >= 1. */
bonnet_status bonnet_execute(bonnet_device *dev, const bonnet_model *model, bonnet_run *run);
/* "stem", "bconv"; never NULL. */
const char *bonnet_kind_name(bonnet_layer_kind kind);
void bonnet_layer_info_make(bonnet_layer_info *out, const bonnet_net *net, uint32_t index);
/* A model of `net`, which is taken over in both outcomes (NULL: BONNET_ENOMEM), on the device and with the hash of `of`. */
bonnet_status bonnet_model_of_part(bonnet_model **out, const bonnet_model *of, bonnet_net *net);
/* The layer behind which cut number `index` lies; n_layers: there are not so many. */
uint32_t bonnet_cut_layer(const bonnet_net *net, uint32_t index);
/* The recipe becomes the net's own: pictures, and the table of pixels where it normalises. */
bonnet_status bonnet_net_set_preprocess(bonnet_net *net, const bonnet_preprocess *from, bonnet_error *err);
/* A layer's statistics: c is of `frames` frames, lanes (of all arrays) 0 without a chip. */
void bonnet_layer_stats_make(bonnet_layer_stats *out, const bonnet_net *net, uint32_t index, const bonnet_layer_cycles *c, uint32_t frames, uint32_t lanes);

/* A plan's insides: plan.c makes it of a job, estimate.c adds the times. */
struct bonnet_plan {
    bonnet_chip_info chip;
    uint32_t n_events, n_layers;
    char (*names)[BONNET_NAME_BYTES]; /* [n_layers] */
    bonnet_layer_stats *layers;       /* [n_layers], NULL without times */
    bonnet_stats stats;
    bonnet_event events[];
};
struct bonnet_geometry;
struct bonnet_model_record;
/* A record of the model as the BONNET_RECORD_WORDS registers in which a chip would have it. */
void bonnet_record_words(uint32_t *words, const struct bonnet_model_record *r);
/* Without events yet; room for so many. */
bonnet_status bonnet_plan_make(bonnet_plan **out, const bonnet_net *net, const struct bonnet_geometry *g, uint32_t events, bonnet_error *err);
/* bonnet_estimate() of a net; frames >= 1, latency 0: the default. */
bonnet_status bonnet_estimate_net(bonnet_plan **out, const bonnet_net *net, const struct bonnet_geometry *g, uint32_t frames, uint32_t batch, uint32_t latency, bonnet_error *err);
#endif
