/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - names and sentences of bonnet_status, and the version. docs/errors.md lists the same. */
#include "bonnet.h"

#define STRING_(x) #x
#define STRING(x)  STRING_(x)

static const struct {
    bonnet_status status;
    const char *name, *text;
} table[] = {
    {BONNET_OK, "BONNET_OK", "success"},
    {BONNET_EINVAL, "BONNET_EINVAL", "bad argument"},
    {BONNET_ENOMEM, "BONNET_ENOMEM", "out of memory"},
    {BONNET_ENODEV, "BONNET_ENODEV", "no such device"},
    {BONNET_EIO, "BONNET_EIO", "input or output failed"},
    {BONNET_EABI, "BONNET_EABI", "versions of chip, model and library disagree"},
    {BONNET_EFORMAT, "BONNET_EFORMAT", "damaged or unknown file"},
    {BONNET_ETIMEOUT, "BONNET_ETIMEOUT", "the device did not finish in time and was stopped"},
    {BONNET_EBUS, "BONNET_EBUS", "the device met a bus error and was stopped"},
    {BONNET_EINTR, "BONNET_EINTR", "cancelled"},
    {BONNET_EUNSUPPORTED, "BONNET_EUNSUPPORTED", "this device or version cannot run the network"},
    {BONNET_EMISMATCH, "BONNET_EMISMATCH", "results differ from golden"},
};

static size_t find(bonnet_status status)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status) return i;
    return sizeof table / sizeof *table;
}

const char *bonnet_status_name(bonnet_status status)
{
    size_t i = find(status);
    return i < sizeof table / sizeof *table ? table[i].name : "BONNET_E?";
}

const char *bonnet_status_text(bonnet_status status)
{
    size_t i = find(status);
    return i < sizeof table / sizeof *table ? table[i].text : "unknown status";
}

const char *bonnet_version(void) { return STRING(BONNET_VERSION_MAJOR) "." STRING(BONNET_VERSION_MINOR) "." STRING(BONNET_VERSION_PATCH); }
