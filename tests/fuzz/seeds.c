/* SPDX-License-Identifier: Apache-2.0 */
/* seeds.c - first inputs for the fuzzers: small sound files of both kinds. build/tests/fuzz/seeds FOLDER */
#include <stdio.h>
#include "../conform/net_build.h"
#include "../unit/make_onnx.h"
#include "file.h"

static int write_seed(const char *folder, const char *kind, int i, const uint8_t *bytes, size_t size)
{
    char path[512];
    bonnet_error err = {""};
    snprintf(path, sizeof path, "%s/%s/seed%d", folder, kind, i);
    if (bonnet_file_save(path, bytes, size, &err) == BONNET_OK) return 1;
    printf("%s\n", err.text);
    return 0;
}

static int one(const char *folder, int i)
{
    const uint8_t job_bytes[40] = "job";
    const bonnet_file_job job = {"asic", job_bytes, sizeof job_bytes};
    bonnet_build b;
    uint8_t *bytes = NULL;
    size_t size;
    bonnet_build_start(&b, (uint64_t)i, i ? 4 : 1);
    int s = bonnet_build_stem(&b, &(bonnet_stem_spec){.h = 4, .w = 4, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64, .dw = 1, .dw_const = 1});
    int c = bonnet_build_conv(&b, BONNET_ALL(&b, s), 64, 1, 1, BONNET_POST_INTERLEAVE, BONNET_ALL(&b, s), BONNET_ALL(&b, s));
    int d = bonnet_build_down(&b, BONNET_ALL(&b, c), 64, 1);
    bonnet_build_last(&b, BONNET_ALL(&b, d), 1);
    bonnet_build_fc(&b, 3);
    bonnet_net *net = bonnet_build_finish(&b);
    int ok = net && bonnet_file_build(&bytes, &size, net, &job, 1, NULL) == BONNET_OK && write_seed(folder, "bonnet", i, bytes, size);
    free(bytes);
    bonnet_net_free(net);
    make_onnx m;
    make_start(&m, (uint64_t)i);
    m.plain = i == 0;
    make_network(&m);
    bytes = make_bytes(&m, &size);
    ok = ok && write_seed(folder, "onnx", i, bytes, size);
    free(bytes);
    make_end(&m);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    for (int i = 0; i < 3; i++)
        if (!one(argv[1], i)) return 1;
    return 0;
}
