/* SPDX-License-Identifier: Apache-2.0 */
/* energy_fit.c - print host/energy/fitted.h: the three constants, and what they leave unexplained in every row. `make energy-fit`. */
#include <stdio.h>
#include "energy.h"

int main(void)
{
    bonnet_energy_row rows[BONNET_ENERGY_NETS];
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++)
        if (!bonnet_energy_row_get(&rows[i], i, BONNET_ENERGY_ANALYTIC, 1)) return 1;
    bonnet_energy_constants k = bonnet_energy_fit(rows, BONNET_ENERGY_NETS);
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n/*\n * fitted.h - written by `make energy-fit` (tools/energy_fit.c); do not edit. What it "
           "means: docs/energy.md.\n *\n");
    printf(" * network              published   modelled   residual\n");
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++) {
        double total = bonnet_energy_of(&rows[i].published, &k).total;
        printf(" * %-18s %7.2f mJ %7.3f mJ %+8.1f %%\n", rows[i].name, 1e-3 * rows[i].published_uj, 1e-3 * total,
               100 * (total / rows[i].published_uj - 1));
    }
    printf(" */\n#ifndef BONNET_ENERGY_FITTED_H\n#define BONNET_ENERGY_FITTED_H\n#define BONNET_ENERGY_DRAM_PJ_PER_BIT %.4f\n"
           "#define BONNET_ENERGY_SRAM_PJ_PER_BIT %.5f\n#define BONNET_ENERGY_STATIC_SHARE    %.4f\n#endif\n",
           k.dram_pj_per_bit, k.sram_pj_per_bit, k.static_share);
    return fflush(stdout) != 0 || ferror(stdout);
}
