/* SPDX-License-Identifier: Apache-2.0 */
/* any_end.c - what is taken off the end: ArgMax, Softmax, LogSoftmax and TopK, all of which the reader of the logits does himself. */
#include "any.h"

static bonnet_status end(any_import *im, const bonnet_node *n, int64_t missing)
{
    const any_value *v = any_in(im, n, 0);
    int64_t axis;
    any_value to = *v;
    if (v->kind != ANY_SUM || v->h * v->w != 1) return any_unfit(im, n, v, "it takes the logits, [1, classes]");
    bonnet_status status = bonnet_attr_int(im->g, n, "axis", missing, &axis);
    if (status != BONNET_OK) return status;
    if (!any_axis(v, axis)) return ANY_REFUSE(im, n, "axis %lld; 1, the classes, fits", (long long)axis);
    to.ended = 1;
    for (uint32_t i = 0; status == BONNET_OK && i < n->n_out; i++)
        if (n->outs[i] >= 0) status = any_set_at(im, n, n->outs[i], to);
    return status;
}

bonnet_status any_end(any_import *im, const bonnet_node *n)
{
    const int arg = n->op[0] == 'A';
    int64_t last = 0;
    bonnet_status status = arg ? bonnet_attr_int(im->g, n, "select_last_index", 0, &last) : BONNET_OK;
    if (status != BONNET_OK) return status;
    if (last) return ANY_REFUSE(im, n, "select_last_index is %lld; 0 fits, of equal logits the first wins", (long long)last);
    return end(im, n, arg ? 0 : any_in(im, n, 0)->flat ? -1 : 1);
}

bonnet_status any_top_k(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0), *k = any_in(im, n, 1);
    int64_t largest;
    bonnet_status status = bonnet_attr_int(im->g, n, "largest", 1, &largest);
    if (status != BONNET_OK) return status;
    if (largest != 1) return ANY_REFUSE(im, n, "largest is %lld; 1, the classes with the largest logits, fits", (long long)largest);
    if (k->kind != ANY_CONST || k->c->count != 1 || !(k->c->v[0] >= 1 && k->c->v[0] <= v->ch))
        return ANY_REFUSE(im, n, "its k is not one constant of 1 to %u classes", (unsigned)v->ch);
    return end(im, n, -1);
}
