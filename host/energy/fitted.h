/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fitted.h - written by `make energy-fit` (tools/energy_fit.c); do not edit. What it means: docs/energy.md.
 *
 * network              published   modelled   residual
 * ReActNet (Bi-Real)    3.93 mJ   3.512 mJ    -10.6 %
 * Bi-RealNet            3.90 mJ   3.482 mJ    -10.7 %
 * XNOR-Net              1.92 mJ   2.289 mJ    +19.2 %
 * BoolNet k=4           1.33 mJ   1.232 mJ     -7.4 %
 * BaseNet k=4           0.83 mJ   0.852 mJ     +2.7 %
 * BaseNet k=1           0.70 mJ   0.707 mJ     +0.9 %
 */
#ifndef BONNET_ENERGY_FITTED_H
#define BONNET_ENERGY_FITTED_H
#define BONNET_ENERGY_DRAM_PJ_PER_BIT 26.3925
#define BONNET_ENERGY_SRAM_PJ_PER_BIT 0.06976
#define BONNET_ENERGY_STATIC_SHARE    0.3148
#endif
