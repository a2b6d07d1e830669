/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backends.h - the backends by name, for driver/registry.c and for tests that want one of them directly.
 * Everyone else goes through bonnet_backends[].
 */
#ifndef BONNET_BACKENDS_H
#define BONNET_BACKENDS_H
#include "backend.h"

extern const bonnet_backend bonnet_golden_backend; /* driver/golden.c: the definition      */
extern const bonnet_backend bonnet_cpu_backend;    /* driver/cpu.c: fast, same bits        */
extern const bonnet_backend bonnet_sim_backend;    /* driver/sim.c: the Verilated chip     */
extern const bonnet_backend bonnet_hls_backend;    /* driver/hls.c: the HLS C of the chip */
extern const bonnet_backend bonnet_mock_backend;   /* driver/mock.c: register-level C chip */
extern const bonnet_backend bonnet_uio_backend;    /* driver/uio.c: a board's own bus      */
extern const bonnet_backend bonnet_xrt_backend;    /* driver/xrt.c: a board under XRT     */
extern const bonnet_backend bonnet_ice40_backend; /* driver/ice40.c: on a serial line   */
extern const bonnet_backend bonnet_serial_backend; /* driver/serial.c: a board's UART   */
extern const bonnet_backend bonnet_usb_backend;    /* driver/usb.c: over JTAG; not in a build with USB=0 */
#endif
