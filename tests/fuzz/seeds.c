/* SPDX-License-Identifier: Apache-2.0 */
/* seeds.c - first inputs for the fuzzers: small sound files of each kind. build/tests/fuzz/seeds FOLDER */
#include <stdio.h>
#include "../conform/net_build.h"
#include "../unit/make_onnx.h"
#include "file.h"
#include "lower.h"

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
    bytes = NULL;
    bonnet_job *lowered = NULL;
    ok = ok && bonnet_lower(&lowered, net, bonnet_geometry_named("tiny"), &(bonnet_lower_options){.traced = i == 2}, NULL) == BONNET_OK &&
         bonnet_job_serialise(&bytes, &size, lowered, NULL) == BONNET_OK && write_seed(folder, "job", i, bytes, size);
    free(bytes);
    bonnet_job_free(lowered);
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

static int images(const char *folder)
{
    static const char pgm[] = "P5\n# gray\n2 2\n255\nabcd", ppm[] = "P6 1 2 255\nabcdef";
    static const uint8_t png[] = {/* 1 x 1, gray */
                                  0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,    0,    0,    13,  'I',  'H',  'D',  'R',  0,
                                  0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,    0,   0x3a, 0x7e, 0x9b, 0x55, 0,
                                  0,    0,    10,   'I',  'D',  'A',  'T',  0x78, 0x9c, 0x63, 0x68, 0,   0,    0,    0x82, 0,    0x81,
                                  0x77, 0xcd, 0x72, 0xb6, 0,    0,    0,    0,    'I',  'E',  'N',  'D', 0xae, 0x42, 0x60, 0x82};
    return write_seed(folder, "image", 0, (const uint8_t *)pgm, sizeof pgm - 1) &&
           write_seed(folder, "image", 1, (const uint8_t *)ppm, sizeof ppm - 1) && write_seed(folder, "image", 2, png, sizeof png);
}

/* A .bit, its configuration data alone, and an .xclbin around it (layouts: host/cli/flash_bit.c, flash_xclbin.c). */
static int bitstreams(const char *folder)
{
    static const char bit[] = "\0\011\x0f\xf0\x0f\xf0\x0f\xf0\x0f\xf0\0\0\1a\0\023t;UserID=0X1234567\0b\0\2p\0c\0\2d\0d\0\2t\0e\0\0\0\030"
                              "\xff\xff\xff\xff\xaa\x99\x55\x66\x20\0\0\0\x30\x01\x80\x01\x04\x73\x80\x93\x50\0\0\0";
    enum { HEADER = 496, BIT = sizeof bit - 1, CONFIG = 24 };
    uint8_t xclbin[HEADER + BIT] = "xclbin2";
    xclbin[304] = (uint8_t)(sizeof xclbin & 0xff);
    xclbin[305] = (uint8_t)(sizeof xclbin >> 8);
    memcpy(xclbin + 352, "x:zcu102:b:1", 12);
    xclbin[448] = 1;
    xclbin[456 + 24] = HEADER & 0xff;
    xclbin[456 + 25] = HEADER >> 8;
    xclbin[456 + 32] = BIT;
    memcpy(xclbin + HEADER, bit, BIT);
    return write_seed(folder, "bitstream", 0, (const uint8_t *)bit, BIT) &&
           write_seed(folder, "bitstream", 1, (const uint8_t *)bit + BIT - CONFIG, CONFIG) &&
           write_seed(folder, "bitstream", 2, xclbin, sizeof xclbin);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    for (int i = 0; i < 3; i++)
        if (!one(argv[1], i)) return 1;
    return images(argv[1]) && bitstreams(argv[1]) ? 0 : 1;
}
