/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_top.c - see hls_top.h. Here are the interface pragmas and the state; nothing else, so that the rest has none and a host can have several chips.
 *
 * Registers of bonnet_hls_kernel, as UG1399 says Vitis lays out s_axilite: CTRL 0x00 (START, DONE clear on read, IDLE, READY), GIE 0x04, IER 0x08,
 * ISR 0x0C (toggle on write), then from 0x10 each argument, 64 bits in two words and a word of room, 32 bits in one and a word of room: JOB 0x10, MODEL 0x1C,
 * INPUT 0x28, OUTPUT 0x34, SCRATCH 0x40, FRAMES 0x4C, INPUT_STRIDE 0x54, OUTPUT_STRIDE 0x5C, WATCHDOG 0x64. bonnet_csr.def follows that; the offsets are
 * written down all the same.
 */
#include "hls_top.h"

static hls_chip chip;
static hls_regs regs;

/* What happened, of two events after each other. */
static void join(hls_event *all, const hls_event *one)
{
    const uint32_t frame = all->frame + one->frame, in = all->beats_in + one->beats_in, out = all->beats_out + one->beats_out;
    *all = *one;
    all->frame = frame;
    all->beats_in = in;
    all->beats_out = out;
}

/* Up to `steps` descriptors. */
static void work(hls_word *mem, uint32_t steps, hls_event *event)
{
    static const hls_event nothing;
    *event = nothing;
    for (uint32_t n = 0; n < HLS_STEPS_MAX; n++) {
        hls_event one;
        if (n == steps || event->done || event->stop) break;
        HLS_NAME(hls_chip_step)(&chip, mem, &one);
        join(event, &one);
        if (!one.rec_we) break; /* no descriptor has its tokens, or the job is over */
    }
}

void HLS_NAME(bonnet_hls)(hls_word *mem, uint64_t mem_base, uint64_t mem_bytes, const hls_config *config, uint32_t resume, uint32_t steps,
                          hls_event *event, uint64_t sum[4])
{
    /* clang-format off */
#pragma HLS INTERFACE mode=m_axi port=mem bundle=m_axi offset=direct depth=131072 max_widen_bitwidth=128 num_read_outstanding=8 max_read_burst_length=64
#pragma HLS INTERFACE mode=ap_none port=mem_base
#pragma HLS INTERFACE mode=ap_none port=mem_bytes
#pragma HLS INTERFACE mode=ap_none port=config
#pragma HLS INTERFACE mode=ap_none port=resume
#pragma HLS INTERFACE mode=ap_none port=steps
#pragma HLS INTERFACE mode=ap_vld port=event
#pragma HLS INTERFACE mode=ap_vld port=sum
#pragma HLS INTERFACE mode=ap_ctrl_hs port=return
#pragma HLS DISAGGREGATE variable=config
#pragma HLS DISAGGREGATE variable=event
#pragma HLS ARRAY_PARTITION variable=sum complete
#pragma HLS DISAGGREGATE variable=chip
#pragma HLS ARRAY_RESHAPE variable=chip.weight dim=2 complete
#pragma HLS ARRAY_RESHAPE variable=chip.param dim=2 complete
#pragma HLS ARRAY_PARTITION variable=chip.feature dim=2 complete
#pragma HLS ARRAY_PARTITION variable=chip.head.sum complete
#pragma HLS ARRAY_PARTITION variable=chip.stem.map dim=1 complete
#pragma HLS ARRAY_RESHAPE variable=chip.stem.map dim=3 complete
#pragma HLS ARRAY_PARTITION variable=chip.stem.line dim=1 complete
#pragma HLS ARRAY_RESHAPE variable=chip.stem.line dim=3 complete
    /* clang-format on */
    chip.mem_base = mem_base;
    chip.mem_bytes = mem_bytes;
    if (!resume) HLS_NAME(hls_chip_begin)(&chip, mem, config);
    work(mem, steps, event);
    for (int i = 0; i < 4; i++) sum[i] = chip.sum[i];
}

void HLS_NAME(bonnet_hls_regs)(const hls_regs_in *in, hls_regs_out *out)
{
    /* clang-format off */
#pragma HLS INTERFACE mode=ap_none port=in
#pragma HLS INTERFACE mode=ap_none port=out
#pragma HLS INTERFACE mode=ap_ctrl_none port=return
#pragma HLS DISAGGREGATE variable=in
#pragma HLS DISAGGREGATE variable=out
#pragma HLS DISAGGREGATE variable=regs
#pragma HLS BIND_STORAGE variable=regs.record type=ram_s2p impl=bram
#pragma HLS PIPELINE II=1
    /* clang-format on */
    HLS_NAME(hls_regs_cycle)(&regs, in, out);
}

void HLS_NAME(bonnet_hls_kernel)(hls_word *mem, uint64_t job, uint64_t model, uint64_t input, uint64_t output, uint64_t scratch, uint32_t frames,
                                 uint32_t input_stride, uint32_t output_stride, uint32_t watchdog, uint32_t status[HLS_STATUS_WORDS])
{
    /* clang-format off */
#pragma HLS INTERFACE mode=m_axi port=mem bundle=m_axi offset=off depth=131072 max_widen_bitwidth=128 num_read_outstanding=8 max_read_burst_length=64
#pragma HLS INTERFACE mode=s_axilite port=job bundle=s_axil offset=0x10
#pragma HLS INTERFACE mode=s_axilite port=model bundle=s_axil offset=0x1C
#pragma HLS INTERFACE mode=s_axilite port=input bundle=s_axil offset=0x28
#pragma HLS INTERFACE mode=s_axilite port=output bundle=s_axil offset=0x34
#pragma HLS INTERFACE mode=s_axilite port=scratch bundle=s_axil offset=0x40
#pragma HLS INTERFACE mode=s_axilite port=frames bundle=s_axil offset=0x4C
#pragma HLS INTERFACE mode=s_axilite port=input_stride bundle=s_axil offset=0x54
#pragma HLS INTERFACE mode=s_axilite port=output_stride bundle=s_axil offset=0x5C
#pragma HLS INTERFACE mode=s_axilite port=watchdog bundle=s_axil offset=0x64
#pragma HLS INTERFACE mode=s_axilite port=status bundle=s_axil offset=0x200
#pragma HLS INTERFACE mode=s_axilite port=return bundle=s_axil
#pragma HLS DISAGGREGATE variable=chip
#pragma HLS ARRAY_RESHAPE variable=chip.weight dim=2 complete
#pragma HLS ARRAY_RESHAPE variable=chip.param dim=2 complete
#pragma HLS ARRAY_PARTITION variable=chip.feature dim=2 complete
#pragma HLS ARRAY_PARTITION variable=chip.head.sum complete
#pragma HLS ARRAY_PARTITION variable=chip.stem.map dim=1 complete
#pragma HLS ARRAY_RESHAPE variable=chip.stem.map dim=3 complete
#pragma HLS ARRAY_PARTITION variable=chip.stem.line dim=1 complete
#pragma HLS ARRAY_RESHAPE variable=chip.stem.line dim=3 complete
    /* clang-format on */
    const hls_config config = {job, model, input, output, scratch, frames, input_stride, output_stride, watchdog};
    hls_event event;
    chip.mem_base = 0;
    chip.mem_bytes = UINT64_MAX; /* what lies behind the port is not known: no access is refused */
    HLS_NAME(hls_chip_begin)(&chip, mem, &config);
    work(mem, HLS_STEPS_MAX, &event);
    for (int i = 0; i < HLS_STATUS_WORDS; i++) status[i] = 0;
    status[0] =
        event.stop || event.done ? event.cause : HLS_CAUSE_WATCHDOG; /* tokens that never come, and no watchdog: nothing will happen any more */
    status[1] = event.frame;
    status[4] = event.beats_in;
    status[5] = event.beats_out;
    status[6] = HLS_RECORDS;
    for (int i = 0; i < 4; i++) {
        status[8 + 2 * i] = (uint32_t)(chip.sum[i] & 0xFFFFFFFFu);
        status[9 + 2 * i] = (uint32_t)(chip.sum[i] >> 32);
    }
}
