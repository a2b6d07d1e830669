/* SPDX-License-Identifier: Apache-2.0 */
/* nets_promise.c - see nets_promise.h. */
#include "nets_promise.h"

enum { LOGITS_BASE = 2, FEATURES = 2 };

nets_promise nets_promise_of(const bonnet_job *job, uint32_t walks)
{
    const uint32_t beat = job->geometry.bus_bits / 8, arrays = job->geometry.arrays;
    nets_promise p = {.in = BONNET_DESC_BYTES}; /* the header, once; the lists are read again by every walk */
    for (uint32_t i = 1; i < job->n_desc; i++) {
        const uint32_t *d = job->desc[i];
        const uint32_t times = bonnet_desc_get(d, BONNET_F_JOB_ONCE) ? 1 : walks;
        uint64_t bytes;
        p.in += (uint64_t)walks * BONNET_DESC_BYTES;
        switch (bonnet_desc_get(d, BONNET_F_JOB_OP)) {
        case BONNET_OP_LOAD: /* weights and stem parameters are the same for all arrays, features are each array's own */
            bytes = (bonnet_desc_get(d, BONNET_F_LOAD_BYTES) + beat - 1) / beat * (uint64_t)beat;
            if (bonnet_desc_get(d, BONNET_F_LOAD_DEST) == FEATURES) bytes *= arrays, p.maps += bytes;
            p.in += times * bytes;
            break;
        case BONNET_OP_STEM: /* a pass reads its image once, in however many strips */
            bytes = (uint64_t)bonnet_desc_get(d, BONNET_F_STEM_IN_W) * bonnet_desc_get(d, BONNET_F_STEM_IN_H) *
                    (bonnet_desc_get(d, BONNET_F_STEM_PLANES3) ? 3 : 1);
            if (!bonnet_desc_get(d, BONNET_F_STEM_CONT)) p.in += walks * arrays * ((bytes + beat - 1) / beat * beat);
            break;
        case BONNET_OP_STORE:
            bytes = (bonnet_desc_get(d, BONNET_F_STORE_BYTES) + beat - 1) / beat * (uint64_t)beat * arrays;
            if (bonnet_desc_get(d, BONNET_F_STORE_BASE) != LOGITS_BASE) p.maps += bytes;
            p.out += walks * bytes;
            break;
        default: break;
        }
    }
    return p;
}
