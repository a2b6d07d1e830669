/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regdev_access.c - registers and transfers of a device that may lie, forget, or go away, and the way back to an idle chip.
 *
 * Gone: a bus with nothing behind it reads all ones, or zeros where the bridge answers itself. All ones is asked about at once, by the ID
 * register; zeros look like a chip that never ends, and are asked about whenever a wait expires. A device that is gone, or that
 * does not come back from RESET, is broken: every later call fails with the line of the first, until it is closed and opened again.
 */
#include <string.h>
#include "regdev_parts.h"

enum {
    RESET_TRIES = 2000, /* reads of CTRL, a millisecond apart where the device has real time */
    RESET_AGAIN = 256,  /* after so many RESET is written again: the first may have been lost */
    RESET_ERRORS = 3,   /* accesses that may fail on the way */
};

bonnet_status regdev_break(regdev *dev, bonnet_error *err)
{
    if (!dev->broken) dev->why = *err;
    dev->broken = 1;
    *err = dev->why;
    return BONNET_ENODEV;
}

bonnet_status regdev_usable(const regdev *dev, bonnet_error *err)
{
    return dev->broken ? bonnet_fail(err, BONNET_ENODEV, "%s", dev->why.text) : BONNET_OK;
}

bonnet_status regdev_judge(regdev *dev, bonnet_status st, bonnet_error *err) { return st == BONNET_ENODEV ? regdev_break(dev, err) : st; }

bonnet_status regdev_there(regdev *dev, bonnet_error *err)
{
    uint32_t id;
    bonnet_status st = dev->mmio->read(dev->self, BONNET_REG_ID, &id, err);
    if (st == BONNET_OK && id != BONNET_CHIP_ID) st = dev->mmio->read(dev->self, BONNET_REG_ID, &id, err); /* once is a disturbance */
    if (st == BONNET_OK && id != BONNET_CHIP_ID)
        st = bonnet_fail(
            err, BONNET_ENODEV,
            "%s: the chip is gone (its ID register reads 0x%08x); check power, cable and bitstream, then close the device and open it again",
            dev->mmio->scheme, id);
    return regdev_judge(dev, st, err);
}

bonnet_status regdev_get(regdev *dev, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    uint32_t v = 0;
    bonnet_status st = dev->mmio->read(dev->self, offset, &v, err);
    if (st == BONNET_OK && v == UINT32_MAX) {
        st = regdev_there(dev, err);
        if (st == BONNET_OK) st = dev->mmio->read(dev->self, offset, &v, err); /* a disturbance, or really all ones */
    }
    if (st == BONNET_OK) *value = v;
    return regdev_judge(dev, st, err);
}

bonnet_status regdev_put(regdev *dev, uint32_t offset, uint32_t value, bonnet_error *err)
{
    return regdev_judge(dev, dev->mmio->write(dev->self, offset, value, err), err);
}

bonnet_status regdev_to_device(regdev *dev, const bonnet_dma *buffer, size_t bytes, bonnet_error *err)
{
    return regdev_judge(dev, dev->mmio->to_device(dev->self, buffer, 0, bytes, err), err);
}

bonnet_status regdev_to_host(regdev *dev, const bonnet_dma *buffer, size_t bytes, bonnet_error *err)
{
    return regdev_judge(dev, dev->mmio->to_host(dev->self, buffer, 0, bytes, err), err);
}

bonnet_status regdev_acknowledge(regdev *dev, bonnet_error *err)
{
    uint32_t isr;
    bonnet_status st = regdev_get(dev, BONNET_REG_ISR, &isr, err);
    return st == BONNET_OK && isr & 3 ? regdev_put(dev, BONNET_REG_ISR, isr & 3, err) : st;
}

bonnet_status regdev_reset(regdev *dev, bonnet_error *err)
{
    uint32_t ctrl = 0;
    int errors = 0;
    for (int i = 0; i < RESET_TRIES && !dev->broken; i++) {
        bonnet_status st = i % RESET_AGAIN == 0 ? regdev_put(dev, BONNET_REG_RESET, 1, err) : BONNET_OK;
        if (st == BONNET_OK) st = regdev_get(dev, BONNET_REG_CTRL, &ctrl, err); /* clears DONE too */
        if (st == BONNET_OK && bonnet_reg_get(ctrl, BONNET_RF_CTRL_IDLE)) {
            st = regdev_acknowledge(dev, err);
            if (st == BONNET_OK) return st;
        }
        if (st != BONNET_OK) {
            if (++errors > RESET_ERRORS) return regdev_break(dev, err); /* the access that failed has said why */
            i = i / RESET_AGAIN * RESET_AGAIN - 1;                      /* from RESET on */
        } else if (i % RESET_AGAIN > 16) {                              /* wait() is a way to let time pass; why it returns does not matter */
            bonnet_error ignored;
            (void)dev->mmio->wait(dev->self, 1, NULL, &ignored);
        }
    }
    if (dev->broken || regdev_there(dev, err) == BONNET_ENODEV) return BONNET_ENODEV;
    (void)bonnet_fail(err, BONNET_ENODEV, "%s: the chip does not come back from reset; close the device and open it again", dev->mmio->scheme);
    return regdev_break(dev, err);
}

bonnet_status regdev_settle(regdev *dev, bonnet_error *err)
{
    uint32_t ctrl;
    bonnet_status st = regdev_get(dev, BONNET_REG_CTRL, &ctrl, err); /* reads an old DONE away: START does not */
    if (st != BONNET_OK) return st;
    return bonnet_reg_get(ctrl, BONNET_RF_CTRL_IDLE) ? regdev_acknowledge(dev, err) : regdev_reset(dev, err);
}
