/* SPDX-License-Identifier: Apache-2.0 */
/* make_selftest FILE - writes the network of `bonnet selftest`: every operator once, random weights, small enough for every geometry.
 * tests/vectors/selftest.bonnet is its output, committed because the program that could make it embeds it: make selftest-net. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../conform/net_build.h"
#include "file.h"

int main(int argc, char **argv)
{
    bonnet_build b;
    bonnet_error err = {""};
    uint8_t *bytes = NULL;
    size_t size = 0;
    if (argc != 2) return fprintf(stderr, "usage: make_selftest FILE\n"), 2;
    bonnet_build_start(&b, 20, 4);
    int stem = bonnet_build_stem(&b, &(bonnet_stem_spec){.h = 12, .w = 12, .planes = 1, .kernel = 5, .stride = 1, .pool = 1, .out_c = 64, .dw = 1});
    int c1 = bonnet_build_conv(&b, BONNET_ALL(&b, stem), 64, 1, 1, BONNET_POST_XNOR, BONNET_ALL(&b, stem), BONNET_NONE);
    int c2 = bonnet_build_conv(&b, BONNET_ALL(&b, c1), 64, 1, 1, BONNET_POST_INTERLEAVE, BONNET_ALL(&b, stem), BONNET_ALL(&b, stem));
    int down = bonnet_build_down(&b, BONNET_ALL(&b, c2), 64, 1);
    int c3 = bonnet_build_conv(&b, BONNET_LOWER(&b, c2), 64, 2, 1, BONNET_POST_XNOR, BONNET_ALL(&b, down), BONNET_NONE);
    int c4 = bonnet_build_conv(&b, BONNET_ALL(&b, c3), 64, 1, 1, BONNET_POST_OR, BONNET_ALL(&b, down), BONNET_NONE);
    bonnet_build_last(&b, BONNET_ALL(&b, c4), 1);
    bonnet_build_fc(&b, 10);
    strcpy(b.name, "selftest");
    bonnet_net *net = bonnet_build_finish(&b);
    if (!net) return fprintf(stderr, "make_selftest: out of memory\n"), 1;
    bonnet_status status = bonnet_file_build(&bytes, &size, net, NULL, 0, &err);
    if (status == BONNET_OK) status = bonnet_file_save(argv[1], bytes, size, &err);
    if (status != BONNET_OK) fprintf(stderr, "make_selftest: %s\n", err.text);
    else printf("%s: %zu bytes\n", argv[1], size);
    free(bytes);
    bonnet_net_free(net);
    return status == BONNET_OK ? 0 : 1;
}
