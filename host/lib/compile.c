/* SPDX-License-Identifier: Apache-2.0 */
/* compile.c - bonnet_compile(): ONNX -> network -> job for a geometry -> .bonnet file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bonnet.h"
#include "file.h"
#include "internal.h"
#include "lower.h"
#include "explain_general.h"
#include "onnx.h"

static bonnet_status no_geometry(const char *name, bonnet_error *err)
{
    return bonnet_fail(err, BONNET_EINVAL, "no geometry '%.40s'; there are asic, zcu102, small and tiny", name);
}

/* The job of `net` for `geometry`, as bytes: free(). */
static bonnet_status lowered(bonnet_file_job *out, uint8_t **bytes, const bonnet_net *net, const char *name, const bonnet_lower_options *options,
                             bonnet_error *err)
{
    bonnet_job *job = NULL;
    const bonnet_geometry *geometry = bonnet_geometry_named(name);
    if (!geometry || strlen(name) >= sizeof out->geometry) return no_geometry(name, err);
    bonnet_status status = bonnet_lower(&job, net, geometry, options, err);
    if (status == BONNET_OK) status = bonnet_job_serialise(bytes, &out->size, job, err);
    bonnet_job_free(job);
    if (status != BONNET_OK) return status;
    snprintf(out->geometry, sizeof out->geometry, "%s", name);
    out->bytes = *bytes;
    return BONNET_OK;
}

/* What the options ask of the network they ask of its branches: that the geometry has room, or of general layers, strictly, that it runs them. A branch's job
 * is not kept: a branch is small. */
static bonnet_status branches_fit(const bonnet_net *net, const char *name, const bonnet_onnx_report *report, int strict, bonnet_error *err)
{
    const bonnet_geometry *geometry = bonnet_geometry_named(name);
    bonnet_status status = BONNET_OK;
    for (uint32_t i = 0; i < net->n_exits && status == BONNET_OK; i++) {
        const bonnet_lower_options options = {0};
        bonnet_job *job = NULL;
        bonnet_error inner = {""};
        const bonnet_net *branch = net->exits[i].branch;
        status = bonnet_net_general(net) ? bonnet_explain_general(NULL, 0, branch, report, geometry, strict, &inner)
                                         : bonnet_lower(&job, branch, geometry, &options, &inner);
        bonnet_job_free(job);
        if (status != BONNET_OK) bonnet_fail(err, status, "exit '%s': %.180s", net->exits[i].name, inner.text);
    }
    return status;
}

static bonnet_status compile(const char *onnx_path, const char *out_path, const bonnet_compile_options *o, bonnet_error *err)
{
    bonnet_net *net = NULL;
    uint8_t *job_bytes = NULL, *bytes = NULL;
    size_t size = 0;
    bonnet_file_job job = {0};
    const bonnet_lower_options options = {.batch = o->batch, .explain = o->explain, .explain_bytes = o->explain_bytes};
    const char *name = o->geometry ? o->geometry : "asic";
    bonnet_onnx_report report;
    bonnet_status status = bonnet_onnx_load_report(&net, onnx_path, o->allow_inexact != 0, &report, err);
    const int general = status == BONNET_OK && bonnet_net_general(net);
    if (status == BONNET_OK && o->preprocess) status = bonnet_net_set_preprocess(net, o->preprocess, err);
    if (status == BONNET_OK && general) {
        const bonnet_geometry *g = bonnet_geometry_named(name);
        status = g ? bonnet_explain_general(o->explain, o->explain_bytes, net, &report, g, o->strict != 0, err) : no_geometry(name, err);
    } else if (status == BONNET_OK) status = lowered(&job, &job_bytes, net, name, &options, err);
    if (status == BONNET_OK) status = branches_fit(net, name, &report, o->strict != 0, err);
    if (status == BONNET_OK) status = bonnet_file_build(&bytes, &size, net, general ? NULL : &job, general ? 0 : 1, err);
    if (status == BONNET_OK) status = bonnet_file_save(out_path, bytes, size, err);
    free(bytes);
    free(job_bytes);
    bonnet_net_free(net);
    return status;
}

bonnet_status bonnet_compile(const char *onnx_path, const char *out_path, const bonnet_compile_options *options)
{
    bonnet_compile_options o = BONNET_COMPILE_OPTIONS_INIT;
    bonnet_error err = {""};
    bonnet_status status;
    if (options && (options->size < sizeof options->size || options->size > 4096)) return BONNET_EINVAL;
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o); /* an older caller's struct is shorter */
    if (!onnx_path || !out_path) status = bonnet_fail(&err, BONNET_EINVAL, "bonnet_compile: onnx_path and out_path must not be NULL");
    else status = compile(onnx_path, out_path, &o, &err);
    if (status != BONNET_OK && o.message && o.message_bytes) snprintf(o.message, o.message_bytes, "%s", err.text);
    return status;
}
