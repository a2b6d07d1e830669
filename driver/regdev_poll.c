/* SPDX-License-Identifier: Apache-2.0 */
/* regdev_poll.c - waiting for an interrupt that no one delivers: the register is asked. */
#include <time.h>
#include "deadline.h"
#include "regdev.h"
#include "regs.h"

enum { FIRST_PAUSE_US = 20, LAST_PAUSE_US = 1000 };

bonnet_status bonnet_regdev_poll(const bonnet_mmio *mmio, void *self, uint32_t spin_us, uint32_t timeout_ms, const volatile int *cancel,
                                 uint32_t *isr, bonnet_error *err)
{
    const int64_t begin_us = bonnet_now_us(), end_us = begin_us + (int64_t)timeout_ms * 1000;
    for (int64_t pause_us = FIRST_PAUSE_US;;) {
        const bonnet_status st = mmio->read(self, BONNET_REG_ISR, isr, err);
        if (st != BONNET_OK || *isr) return st;
        if (bonnet_cancelled(cancel)) return bonnet_fail(err, BONNET_EINTR, "%s: cancelled by the caller", mmio->scheme);
        const int64_t now_us = bonnet_now_us();
        if (now_us >= end_us)
            return bonnet_fail(err, BONNET_ETIMEOUT, "%s: no interrupt within %u ms; raise the timeout or run fewer images at once", mmio->scheme,
                               timeout_ms);
        if (now_us - begin_us < spin_us) continue;
        if (pause_us > end_us - now_us) pause_us = end_us - now_us;
        nanosleep(&(struct timespec){.tv_nsec = (long)pause_us * 1000}, NULL); /* woken early: one more look */
        pause_us = pause_us * 2 > LAST_PAUSE_US ? LAST_PAUSE_US : pause_us * 2;
    }
}
