/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_top.h - what vitis_hls makes cores of (set_top in hls/build.tcl), and what hls/tb.c calls. Names end in _asic or _tiny.
 *
 * bonnet_hls_kernel   the chip alone, one call a job: an AXI4 master m_axi, and s_axil: ap_ctrl_hs at 0x00, the arguments at the offsets of
 *                     rtl/csr/bonnet_csr.def, because Vitis lays them out so, and `status` from 0x200 on. No ID, no RESET, no counter records:
 *                     s_axilite has no register that reads as something before the first call. For hosts that talk to kernels.
 * bonnet_hls          the chip, one call a descriptor or more, ap_ctrl_hs on wires; together with
 * bonnet_hls_regs     the registers, one call a cycle, behind rtl/shell/bonnet_axil.sv: all of bonnet_csr.def. For Bonnet's own driver.
 */
#ifndef HLS_TOP_H
#define HLS_TOP_H
#include "hls_regs.h"

enum {
    HLS_TB_WORDS = 131072,      /* of the test bench's memory: the depth of m_axi in C/RTL co-simulation */
    HLS_STATUS_WORDS = 16,      /* as registers 0x120 to 0x15C: CAUSE, FRAME, CYCLES (0), BEATS_IN, BEATS_OUT, RECORDS, -, the four sums */
    HLS_STEPS_MAX = 65535 * 1023 /* descriptors of the longest job, all walks */
};

/* All of a job. Addresses in bytes from mem on. */
void HLS_NAME(bonnet_hls_kernel)(hls_word *mem, uint64_t job, uint64_t model, uint64_t input, uint64_t output, uint64_t scratch, uint32_t frames,
                                 uint32_t input_stride, uint32_t output_stride, uint32_t watchdog, uint32_t status[HLS_STATUS_WORDS]);

/* resume 0: the job of config begins. At most `steps` descriptors of it; *event is of all of them together, but for its record: that of the last. */
void HLS_NAME(bonnet_hls)(hls_word *mem, uint64_t mem_base, uint64_t mem_bytes, const hls_config *config, uint32_t resume, uint32_t steps,
                          hls_event *event, uint64_t sum[4]);

void HLS_NAME(bonnet_hls_regs)(const hls_regs_in *in, hls_regs_out *out);
#endif
