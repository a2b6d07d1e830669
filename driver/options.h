/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - what follows the colon of a device's name: items separated by commas, most of them "name=value". Cuts a copy of it in place. */
#ifndef BONNET_OPTIONS_H
#define BONNET_OPTIONS_H
#include <string.h>

/* The next item, or NULL: none is left. *list moves behind it. */
static inline char *bonnet_option_next(char **list)
{
    char *item = *list;
    if (!*item) return NULL;
    *list += strcspn(item, ",");
    if (**list) *(*list)++ = '\0';
    return item;
}

/* What is behind the first '=' of an item, which then ends there; NULL: it has none. */
static inline char *bonnet_option_value(char *item)
{
    char *value = strchr(item, '=');
    if (value) *value++ = '\0';
    return value;
}
#endif
