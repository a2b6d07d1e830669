/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_wire.c - a depth check over raw protobuf, see onnx_graph.h. */
#include "onnx_graph.h"

/* A base-128 number at *p; 0 if it does not end in time. */
static int varint(const uint8_t **p, const uint8_t *end, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70 && *p < end; shift += 7) {
        uint8_t byte = *(*p)++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *out = value;
            return 1;
        }
    }
    return 0;
}

/* The message type of field `id` of `type`, or NULL: not a message, or not known (and then protobuf-c does not enter it). */
static const ProtobufCMessageDescriptor *submessage(const ProtobufCMessageDescriptor *type, uint64_t id)
{
    if (id > UINT32_MAX) return NULL;
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, (unsigned)id);
    return field && field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
}

int bonnet_wire_sound(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size, uint32_t depth)
{
    const uint8_t *p = bytes, *end = bytes + size;
    if (depth > BONNET_WIRE_MAX_DEPTH) return 0;
    while (p < end) {
        uint64_t tag, length = 0;
        if (!varint(&p, end, &tag)) return 0;
        switch (tag & 7) {
        case 0:
            if (!varint(&p, end, &length)) return 0;
            continue;
        case 1: length = 8; break;
        case 2:
            if (!varint(&p, end, &length)) return 0;
            break;
        case 5: length = 4; break;
        default: return 0; /* groups: nobody writes them, protobuf-c does not read them */
        }
        if (length > (uint64_t)(end - p)) return 0;
        const ProtobufCMessageDescriptor *inner = (tag & 7) == 2 ? submessage(type, tag >> 3) : NULL;
        if (inner && !bonnet_wire_sound(inner, p, (size_t)length, depth + 1)) return 0;
        p += length;
    }
    return 1;
}
