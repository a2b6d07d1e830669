/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mockusb.cpp - a ZCU102's USB-JTAG cable as the kernel would show it, for programs that bring their own libusb:
 *
 *     umockdev-wrapper build/board/mockusb [-v] COMMAND [ARGUMENT]...
 *
 * COMMAND sees one FT232H in /sys and /dev/bus/usb (umockdev answers for the kernel in its calls) and the Verilated chain behind it; options of the board
 * in BONNET_BOARD (chain.h). BONNET_MOCKUSB=unplug@N: from bulk transfer N on every call is ENODEV, as after pulling the plug.
 * Exits as COMMAND does; 2: this could not be set up, 3: the chain's rules were broken. -v: afterwards one line on stderr: URBs, TCKs, bytes that were no command.
 *
 * One thread: a URB is served when it is submitted. What the FT232H cannot take yet (its FIFOs) stays pending, and goes on when an IN URB has made room.
 */
#include <glib-object.h>
#include <umockdev.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>
#include "../jtag/chain.h"
#include "../jtag/ft232h.h"

namespace {
const char node[] = "/dev/bus/usb/001/002";
const uint8_t descriptors[] = {18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x03, 0x04, 0x14, 0x60, 0x00, 0x09, 1, 2, 3, 1,            // device
                               9, 2, 32, 0, 1, 1, 0, 0x80, 250, 9, 4, 0, 0, 2, 0xff, 0xff, 0xff, 2,                      // configuration, interface
                               7, 5, 0x81, 2, 0, 2, 0, 7, 5, 0x02, 2, 0, 2, 0};                                         // bulk IN and OUT
const char *const strings[] = {nullptr, "Digilent", "Digilent USB Device", "210308AABBCC"};

struct Urb {
    UMockdevIoctlData *urb, *buffer;
    size_t moved;
};

struct Mock {
    chain *c = nullptr;
    ft232h *f = nullptr;
    std::deque<Urb> done, waiting; // to be reaped; OUT URBs that the cable has not taken whole
    uint64_t urbs = 0, bulks = 0, unplug_at = UINT64_MAX;
    bool gone() const { return bulks > unplug_at; }
};

usbdevfs_urb *header(UMockdevIoctlData *d) { return reinterpret_cast<usbdevfs_urb *>(d->data); }

void finish(Mock &m, const Urb &u, int status, int actual)
{
    umockdev_ioctl_data_update(u.urb, offsetof(usbdevfs_urb, status), reinterpret_cast<guint8 *>(&status), sizeof status);
    umockdev_ioctl_data_update(u.urb, offsetof(usbdevfs_urb, actual_length), reinterpret_cast<guint8 *>(&actual), sizeof actual);
    g_object_unref(u.buffer);
    m.done.push_back({u.urb, nullptr, 0});
}

void push_out(Mock &m)
{
    while (!m.waiting.empty()) {
        Urb &u = m.waiting.front();
        const size_t length = size_t(header(u.urb)->buffer_length);
        u.moved += ft232h_write(m.f, u.buffer->data + u.moved, length - u.moved);
        if (u.moved < length) return;
        const Urb whole = u;
        m.waiting.pop_front();
        finish(m, whole, 0, int(length));
    }
}

int string_descriptor(unsigned index, std::vector<uint8_t> &r)
{
    if (!index) r = {4, 3, 9, 4};
    else if (index > 3) return -EPIPE;
    else {
        const std::string s = strings[index];
        r = {uint8_t(2 + 2 * s.size()), 3};
        for (char ch : s) r.push_back(uint8_t(ch)), r.push_back(0);
    }
    return int(r.size());
}

/* A control transfer: 8 bytes of set-up, then room for the answer. Its length or a negative errno. */
int control(Mock &m, const Urb &u)
{
    const uint8_t *p = u.buffer->data;
    const unsigned type = p[0], request = p[1], value = p[2] | p[3] << 8u, length = p[6] | p[7] << 8u;
    std::vector<uint8_t> r;
    int n = 0;
    if (type == 0x80 && request == 6 && value >> 8 == 3) n = string_descriptor(value & 255, r);
    else if (type == 0x80 && request == 6 && value >> 8 == 1) r.assign(descriptors, descriptors + 18), n = 18;
    else if (type == 0x80) n = -EPIPE;
    else if (type == 0xc0) { // FTDI: modem status, latency timer, EEPROM words, pins
        r.assign(length, 0);
        if (request == 5 && length == 2) r = {0x01, 0x60};
        if (request == 10 && length == 1) r = {16};
        if (request == 0x90) r.assign(length, 0xff);
        n = int(length);
    } else if (type == 0x40) ft232h_control(m.f, uint8_t(request), uint16_t(value));
    if (n > int(length)) n = int(length);
    if (n > 0) umockdev_ioctl_data_update(u.buffer, 8, r.data(), int(n));
    return n;
}

void submit(Mock &m, UMockdevIoctlData *d)
{
    Urb u = {d, umockdev_ioctl_data_resolve(d, offsetof(usbdevfs_urb, buffer), gsize(header(d)->buffer_length), nullptr), 0};
    const usbdevfs_urb *h = header(d);
    m.urbs++;
    m.bulks += h->type == USBDEVFS_URB_TYPE_BULK;
    if (m.gone()) finish(m, u, -ENODEV, 0);
    else if (h->type == USBDEVFS_URB_TYPE_CONTROL) {
        const int n = control(m, u);
        finish(m, u, n < 0 ? n : 0, n < 0 ? 0 : n);
    } else if (h->type != USBDEVFS_URB_TYPE_BULK) finish(m, u, -EPIPE, 0);
    else if (h->endpoint & 0x80) {
        std::vector<uint8_t> r(size_t(h->buffer_length));
        const size_t n = ft232h_read(m.f, r.data(), r.size());
        umockdev_ioctl_data_update(u.buffer, 0, r.data(), int(n));
        finish(m, u, 0, int(n));
        push_out(m);
    } else {
        m.waiting.push_back(u);
        push_out(m);
    }
}

/* Takes back a URB that waits: what of it has moved has moved. */
int discard(Mock &m, gulong address)
{
    for (size_t i = 0; i < m.waiting.size(); i++)
        if (m.waiting[i].urb->client_addr == address) {
            const Urb u = m.waiting[i];
            m.waiting.erase(m.waiting.begin() + ptrdiff_t(i));
            finish(m, u, -ENOENT, int(u.moved));
            return 0;
        }
    return EINVAL;
}

gboolean on_ioctl(UMockdevIoctlBase *, UMockdevIoctlClient *client, gpointer user)
{
    Mock &m = *static_cast<Mock *>(user);
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
    int err = 0;
    switch (umockdev_ioctl_client_get_request(client)) {
    case USBDEVFS_GET_CAPABILITIES: {
        uint32_t can = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM;
        UMockdevIoctlData *d = umockdev_ioctl_data_resolve(arg, 0, sizeof can, nullptr);
        umockdev_ioctl_data_update(d, 0, reinterpret_cast<guint8 *>(&can), sizeof can);
        g_object_unref(d);
        break;
    }
    case USBDEVFS_CLAIMINTERFACE: case USBDEVFS_RELEASEINTERFACE: case USBDEVFS_SETCONFIGURATION: case USBDEVFS_SETINTERFACE: case USBDEVFS_RESET:
    case USBDEVFS_CLEAR_HALT: case USBDEVFS_DISCONNECT_CLAIM: err = m.gone() ? ENODEV : 0; break;
    case USBDEVFS_GETDRIVER: case USBDEVFS_IOCTL: err = ENODATA; break; // no kernel driver sits on it
    case USBDEVFS_SUBMITURB:
        if (m.gone()) err = ENODEV;
        else submit(m, umockdev_ioctl_data_resolve(arg, 0, sizeof(usbdevfs_urb), nullptr));
        break;
    case USBDEVFS_REAPURB: case USBDEVFS_REAPURBNDELAY: {
        if (m.done.empty()) { err = m.gone() ? ENODEV : EAGAIN; break; }
        const Urb u = m.done.front();
        m.done.pop_front();
        UMockdevIoctlData *d = umockdev_ioctl_data_resolve(arg, 0, sizeof(gpointer), nullptr);
        umockdev_ioctl_data_set_ptr(d, 0, u.urb);
        g_object_unref(d);
        g_object_unref(u.urb);
        break;
    }
    case USBDEVFS_DISCARDURB: err = discard(m, *reinterpret_cast<gulong *>(arg->data)); break;
    default: err = ENOTTY;
    }
    umockdev_ioctl_client_complete(client, err ? -1 : 0, err);
    return TRUE;
}

std::string device_text()
{
    std::string d = std::string("P: /devices/pci0000:00/0000:00:14.0/usb1/1-1\nN: ") + (node + 5) + "\nE: BUSNUM=001\nE: DEVNAME=" + node +
                    "\nE: DEVNUM=002\nE: DEVTYPE=usb_device\nE: MAJOR=189\nE: MINOR=1\nE: PRODUCT=403/6014/900\nE: SUBSYSTEM=usb\nA: busnum=1\n"
                    "A: devnum=2\nA: idVendor=0403\nA: idProduct=6014\nA: bConfigurationValue=1\nA: bNumConfigurations=1\nA: speed=480\n";
    d += std::string("A: manufacturer=") + strings[1] + "\nA: product=" + strings[2] + "\nA: serial=" + strings[3] + "\nH: descriptors=";
    for (uint8_t byte : descriptors) {
        char text[3];
        snprintf(text, sizeof text, "%02X", byte);
        d += text;
    }
    return d + "\n";
}

struct Child { GMainLoop *loop; int rc; };
void on_exit(GPid, gint status, gpointer user)
{
    Child *child = static_cast<Child *>(user);
    child->rc = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    g_main_loop_quit(child->loop);
}

int fail(const char *what, const char *why)
{
    fprintf(stderr, "mockusb: %s: %s\n", what, why);
    return 2;
}
} // namespace

int main(int argc, char **argv)
{
    char text[BOARD_TEXT];
    GError *e = nullptr;
    Mock m;
    const bool verbose = argc > 1 && !strcmp(argv[1], "-v");
    argv += verbose, argc -= verbose;
    if (argc < 2) return fail("usage", "umockdev-wrapper mockusb COMMAND [ARGUMENT]...");
    if (chain_new(&m.c, nullptr, text)) return fail("board", text);
    m.f = ft232h_new([](void *c, int tms, int tdi) { return chain_clock(static_cast<chain *>(c), tms, tdi); }, m.c);
    if (!m.f) return fail("cable", "out of memory");
    const char *fault = getenv("BONNET_MOCKUSB");
    if (fault && !strncmp(fault, "unplug@", 7)) m.unplug_at = strtoull(fault + 7, nullptr, 10);
    else if (fault) return fail("BONNET_MOCKUSB", "only unplug@N");
    UMockdevTestbed *bed = umockdev_testbed_new();
    if (!umockdev_in_mock_environment()) return g_object_unref(bed), fail("start it by", "umockdev-wrapper");
    if (!umockdev_testbed_add_from_string(bed, device_text().c_str(), &e)) return fail("device", e->message);
    UMockdevIoctlBase *handler = umockdev_ioctl_base_new();
    g_signal_connect(handler, "handle-ioctl", G_CALLBACK(on_ioctl), &m);
    if (!umockdev_testbed_attach_ioctl(bed, node, handler, &e)) return fail(node, e->message);
    Child child = {g_main_loop_new(nullptr, FALSE), 2};
    GPid pid;
    const auto flags = GSpawnFlags(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN);
    if (!g_spawn_async(nullptr, argv + 1, nullptr, flags, nullptr, nullptr, &pid, &e)) return fail(argv[1], e->message);
    g_child_watch_add(pid, on_exit, &child);
    g_main_loop_run(child.loop);
    if (verbose)
        fprintf(stderr, "mockusb: %llu URBs, %llu TCKs, %llu unknown commands\n", static_cast<unsigned long long>(m.urbs),
                static_cast<unsigned long long>(ft232h_tcks(m.f)), static_cast<unsigned long long>(ft232h_unknown(m.f)));
    if (*chain_failed(m.c)) child.rc = (fail("chain", chain_failed(m.c)), 3);
    umockdev_testbed_detach_ioctl(bed, node, nullptr);
    g_object_unref(handler);
    g_object_unref(bed);
    g_main_loop_unref(child.loop);
    ft232h_free(m.f);
    chain_free(m.c);
    return child.rc;
}
