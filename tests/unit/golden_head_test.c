/* SPDX-License-Identifier: Apache-2.0 */
/* golden_head_test.c - last block, average and fully connected layer against numbers worked out by hand; the packing of features and logits. */
#include "golden/golden.h"
#include "../conform/net_build.h"
#include "unit.h"

static void values(unit *u)
{
    int16_t a[2] = {100, -32768}, b[2] = {-7, 0};
    int32_t c[2] = {13, 0};
    bonnet_layer l = {.a = a, .b = b, .c = c, .s1 = 3};
    /* 100*(-50) - 7*(-4) + 13 = -4959; -4959/8 = -619.875 -> -620 */
    UNIT(u, bonnet_golden_last_value(&l, 0, -50, -4) == -620, "v", "got %d", bonnet_golden_last_value(&l, 0, -50, -4));
    /* 100*3 - 7*(-2) + 13 = 327... + 1 = 328/8 = 41 exactly; 327/8 = 40.875 -> 41; 324/8 = 40.5 -> 41 */
    UNIT(u, bonnet_golden_last_value(&l, 0, 3, -2) == 41, "v rounds", "got %d", bonnet_golden_last_value(&l, 0, 3, -2));
    UNIT(u, bonnet_golden_last_value(&l, 1, 576, 0) == -32768, "v saturates", "got %d", bonnet_golden_last_value(&l, 1, 576, 0));
    UNIT(u, bonnet_golden_prelu(77, 64) == 77 && bonnet_golden_prelu(0, 64) == 0, "prelu keeps v >= 0", "wrong");
    UNIT(u, bonnet_golden_prelu(-6, 64) == -1, "-6/4 = -1.5 rounds up to -1", "got %d", bonnet_golden_prelu(-6, 64));
    UNIT(u, bonnet_golden_prelu(-7, 64) == -2, "-7/4 = -1.75 rounds to -2", "got %d", bonnet_golden_prelu(-7, 64));
    UNIT(u, bonnet_golden_prelu(-32768, -32768) == 32767 && bonnet_golden_prelu(-32768, 32767) == -32768, "prelu saturates", "wrong");
    UNIT(u, bonnet_golden_average(49 * 100, 5) == 153, "4900/32 = 153.125", "got %d", bonnet_golden_average(4900, 5));
    UNIT(u, bonnet_golden_average(-48, 5) == -1 && bonnet_golden_average(1 << 30, 4) == 32767, "average rounds up and saturates", "wrong");
    int8_t w[4] = {1, -2, 127, -128};
    int16_t f[2] = {1000, -32768};
    int32_t bias[2] = {5, -5};
    bonnet_layer fc = {.in_c = 2, .w8 = w, .c = bias};
    UNIT(u, bonnet_golden_fc(&fc, f, 0) == 66541, "1000 + 65536 + 5", "got %d", bonnet_golden_fc(&fc, f, 0));
    UNIT(u, bonnet_golden_fc(&fc, f, 1) == 4321299, "127000 + 4194304 - 5", "got %d", bonnet_golden_fc(&fc, f, 1));
}

static bonnet_status stop_at_once(void *calls)
{
    ++*(int *)calls;
    return BONNET_EINTR;
}

/* A whole small net with three classes: features four a word, logits two a word, nothing behind the last. */
static void packing(unit *u)
{
    bonnet_build b;
    bonnet_build_start(&b, u->seed, 1);
    int s = bonnet_build_stem(&b, &(bonnet_stem_spec){.h = 2, .w = 2, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64});
    bonnet_build_last(&b, BONNET_ALL(&b, s), 1);
    bonnet_build_fc(&b, 3);
    bonnet_net *net = bonnet_build_finish(&b);
    uint64_t stem[4] = {0}, features[16] = {0}, logit_map[2] = {0};
    uint64_t *maps[3] = {stem, features, logit_map};
    int32_t logits[3] = {0}, again[3] = {0};
    static const uint8_t image[4] = {9, 80, 200, 255};
    bonnet_status st = net ? bonnet_golden_run(net, image, maps, logits, NULL, NULL) : BONNET_ENOMEM;
    UNIT(u, st == BONNET_OK, "runs", "status %d", st);
    if (st) return;
    int16_t f[64];
    for (uint32_t c = 0; c < 64; c++) f[c] = (int16_t)(features[c / 4] >> 16 * (c % 4));
    for (uint32_t i = 0; i < 3; i++)
        UNIT(u, logits[i] == bonnet_golden_fc(&net->layers[2], f, i) && logits[i] == (int32_t)(logit_map[i / 2] >> 32 * (i % 2)), "logit", "%u: %d",
             i, logits[i]);
    UNIT(u, logit_map[1] >> 32 == 0, "nothing behind the last logit", "wrong");
    st = bonnet_golden_run(net, image, NULL, again, NULL, NULL);
    UNIT(u, st == BONNET_OK && !memcmp(logits, again, sizeof logits), "the same without maps", "status %d", st);
    int calls = 0;
    st = bonnet_golden_run(net, image, NULL, again, stop_at_once, &calls);
    UNIT(u, st == BONNET_EINTR && calls == 1, "stops when told to", "status %d after %d polls", st, calls);
    bonnet_net_free(net);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "golden_head", 1, 1);
    values(&u);
    packing(&u);
    return unit_end(&u);
}
