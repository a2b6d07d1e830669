/* SPDX-License-Identifier: Apache-2.0 */
/* profile_roofline.c - time from rates, and what unrolled dimensions that do not divide lose of them (ANNETTE, docs/estimate.md). */
#include <math.h>
#include "profile_models.h"

static bool rate_ok(double rate) { return rate > 0 && isfinite(rate); }
static bool unroll_ok(const bonnet_unroll *u)
{
    return u->parallel == 0 || (u->parallel >= 1 && u->parallel <= BONNET_SHAPE_MAX && u->alpha >= 0 && u->alpha <= 1);
}

/* Share of the units that have work while `size` goes through them, softened; fewer than there are units: they are replicated, all have some. */
static double efficiency(const bonnet_unroll *u, uint32_t size)
{
    if (u->parallel < 1 || size < u->parallel) return 1;
    const double e = size / (ceil(size / u->parallel) * u->parallel);
    return 1 / (1 - u->alpha + u->alpha / e);
}

bonnet_status profile_roofline(bonnet_cost *out, const bonnet_roofline *m, bool refined, const bonnet_shape *s, const bonnet_work *work)
{
    if (!rate_ok(m->ops_per_s) || !rate_ok(m->bytes_per_s) || !(m->error >= 0 && m->error <= 1)) return BONNET_EINVAL;
    if (!unroll_ok(&m->h_out) || !unroll_ok(&m->w_out) || !unroll_ok(&m->c_in) || !unroll_ok(&m->c_out)) return BONNET_EINVAL;
    const double compute = work->ops / m->ops_per_s, memory = work->bytes / m->bytes_per_s;
    double s_took = compute > memory ? compute : memory;
    if (refined && compute > memory) {
        const uint32_t c_in = s->op == BONNET_OP_CONV ? s->c_in / s->groups : s->c_in;
        s_took /= efficiency(&m->h_out, s->h_out) * efficiency(&m->w_out, s->w_out) * efficiency(&m->c_in, c_in) * efficiency(&m->c_out, s->c_out);
    }
    const double ms = 1000 * s_took;
    *out = (bonnet_cost){ms, ms * (1 - m->error), ms * (1 + m->error), -1};
    return BONNET_OK;
}
