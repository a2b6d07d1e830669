/* SPDX-License-Identifier: Apache-2.0 */
#include "fakeusb.h"
#include <libusb-1.0/libusb.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

struct libusb_context { int n; };
struct libusb_device { int index; };
struct libusb_device_handle { int index; bool claimed; };

namespace {
// The TAP controller, followed from outside.
struct Tap {
    enum { Reset, Idle, SelDr, CapDr, ShDr, Ex1Dr, PauDr, Ex2Dr, UpDr, SelIr, CapIr, ShIr, Ex1Ir, PauIr, Ex2Ir, UpIr };
    int state = Reset;
    int64_t bit = -1;          // of a DR scan: the one that the next TCK in Shift-DR takes
    uint64_t instructions = 0; // loaded
    bool loaded = false;       // one is, since the last reset
    void clock(int tms)
    {
        static const uint8_t next[16][2] = {{Idle, Reset}, {Idle, SelDr}, {CapDr, SelIr}, {ShDr, Ex1Dr}, {ShDr, Ex1Dr}, {PauDr, UpDr},
                                            {PauDr, Ex2Dr}, {ShDr, UpDr}, {Idle, SelDr}, {CapIr, Reset}, {ShIr, Ex1Ir}, {ShIr, Ex1Ir},
                                            {PauIr, UpIr}, {PauIr, Ex2Ir}, {ShIr, UpIr}, {Idle, SelDr}};
        bit = state == CapDr ? 0 : state == ShDr ? bit + 1 : bit;
        state = next[state][tms != 0];
        if (state == UpIr) instructions++, loaded = true;
        if (state == Reset) loaded = false;
    }
};

struct World {
    Tap tap;
    int64_t flip = -1;
    std::vector<std::string> serials;
    std::vector<libusb_device> devices;
    bool denied = false, busy = false, dark = false, gone = false, plugged = false;
    std::string fault, board_options;
    bool has_options = false;
    uint64_t fault_at = 0, transfers = 0;
    int things = 0;
    chain *c = nullptr;
    ft232h *f = nullptr;
    ~World() { empty(); }
    void empty()
    {
        ft232h_free(f), chain_free(c);
        f = nullptr, c = nullptr, tap = Tap();
    }
    void set_fault(const std::string &text)
    {
        const size_t at = text.find('@');
        fault = text.substr(0, at);
        fault_at = at == std::string::npos ? 0 : strtoull(text.c_str() + at + 1, nullptr, 10);
        transfers = 0;
    }
    bool word(const std::string &w)
    {
        static const char *const faults[] = {"unplug", "timeout", "stall", "cut", "short", "lose", "extra"};
        bool none = false;
        if (w.rfind("serial=", 0) == 0) serials.push_back(w.substr(7));
        else if (w == "none") none = true;
        else if (w == "denied") denied = true;
        else if (w == "busy") busy = true;
        else if (w == "dark") dark = true;
        else if (w.rfind("flip=", 0) == 0) flip = strtoll(w.c_str() + 5, nullptr, 10);
        else {
            for (const char *f : faults)
                if (w.substr(0, w.find('@')) == f) return set_fault(w), true;
            return false;
        }
        if (none) plugged = true;
        return true;
    }
    int plug(const char *cables, char *text)
    {
        serials.clear(), devices.clear(), fault.clear();
        denied = busy = dark = gone = plugged = false;
        transfers = 0;
        flip = -1;
        const std::string all = cables ? cables : "";
        for (size_t at = 0; at < all.size();) {
            const size_t end = std::min(all.find(',', at), all.size());
            const std::string w = all.substr(at, end - at);
            if (!w.empty() && !word(w)) return snprintf(text, BOARD_TEXT, "fakeusb: bad option '%.40s'", w.c_str()), -1;
            at = end + 1;
        }
        if (serials.empty() && !plugged) serials.push_back("210308AABBCC");
        plugged = true;
        for (size_t i = 0; i < serials.size(); i++) devices.push_back({int(i)});
        return 0;
    }
    void start() // from the environment, where nobody plugged anything in
    {
        char text[BOARD_TEXT];
        if (plugged || !plug(getenv("BONNET_USB"), text)) return;
        fprintf(stderr, "%s\n", text);
        exit(2);
    }
    bool board()
    {
        char text[BOARD_TEXT];
        if (f) return true;
        if (chain_new(&c, has_options ? board_options.c_str() : nullptr, text)) {
            fprintf(stderr, "fakeusb: %s\n", text);
            return false;
        }
        // What a real DDR holds: not zeros. (As much of it as the tests use.)
        if (uint8_t *dram = board_dram(chain_board(c), BOARD_DRAM_ADDR, BOARD_DRAM_BYTES)) memset(dram, 0xa5, 1 << 20);
        f = ft232h_new([](void *self, int tms, int tdi) { return static_cast<World *>(self)->clock(tms, tdi); }, this);
        return f != nullptr;
    }
    int clock(int tms, int tdi)
    {
        const bool wrong = flip >= 0 && tap.loaded && tap.state == Tap::ShDr && tap.bit == flip;
        tap.clock(tms);
        return dark ? 0 : chain_clock(c, tms, tdi) ^ int(wrong);
    }
    bool strikes(const char *name) { return fault == name && transfers == fault_at; }
};
World w;

int out(unsigned char *data, int length, int *moved)
{
    const bool cut = w.strikes("cut");
    const int most = cut ? length / 2 : length;
    *moved = int(ft232h_write(w.f, data, size_t(most)));
    return cut || *moved < length ? LIBUSB_ERROR_TIMEOUT : 0; // it took no more: nobody fetches the answers
}

int in(unsigned char *data, int length, int *moved)
{
    if (length % FT232H_PACKET) return LIBUSB_ERROR_OVERFLOW; // a full packet would not fit
    if (w.strikes("lose")) ft232h_lose(w.f);
    if (w.strikes("extra")) ft232h_extra(w.f);
    *moved = int(ft232h_read(w.f, data, w.strikes("short") ? size_t(FT232H_PACKET) : size_t(length)));
    return 0;
}
} // namespace

extern "C" {
int fakeusb_plug(const char *cables, const char *board_options, char *text)
{
    w.empty();
    w.has_options = board_options != nullptr;
    w.board_options = board_options ? board_options : "";
    return w.plug(cables, text);
}
void fakeusb_fault(const char *fault) { w.set_fault(fault ? fault : ""); }
uint64_t fakeusb_transfers(void) { return w.transfers; }
int fakeusb_open_things(void) { return w.things; }
uint64_t fakeusb_instructions(void) { return w.tap.instructions; }
chain *fakeusb_chain(void) { return w.c; }
ft232h *fakeusb_chip(void) { return w.f; }

#pragma GCC visibility push(default) // for who preloads this
int LIBUSB_CALL libusb_init(libusb_context **context)
{
    w.start();
    *context = new libusb_context{0};
    w.things++;
    return 0;
}
void LIBUSB_CALL libusb_exit(libusb_context *context)
{
    delete context;
    w.things--;
}
ssize_t LIBUSB_CALL libusb_get_device_list(libusb_context *, libusb_device ***list)
{
    const size_t n = w.gone ? 0 : w.devices.size();
    *list = static_cast<libusb_device **>(calloc(n + 1, sizeof **list));
    for (size_t i = 0; i < n; i++) (*list)[i] = &w.devices[i];
    w.things++;
    return ssize_t(n);
}
void LIBUSB_CALL libusb_free_device_list(libusb_device **list, int)
{
    free(list);
    w.things--;
}
int LIBUSB_CALL libusb_get_device_descriptor(libusb_device *, struct libusb_device_descriptor *d)
{
    *d = {};
    d->idVendor = 0x0403, d->idProduct = 0x6014, d->iSerialNumber = 3;
    return 0;
}
uint8_t LIBUSB_CALL libusb_get_bus_number(libusb_device *) { return 1; }
uint8_t LIBUSB_CALL libusb_get_device_address(libusb_device *d) { return uint8_t(2 + d->index); }
int LIBUSB_CALL libusb_open(libusb_device *d, libusb_device_handle **handle)
{
    if (w.gone) return LIBUSB_ERROR_NO_DEVICE;
    if (w.denied) return LIBUSB_ERROR_ACCESS;
    if (!w.board()) return LIBUSB_ERROR_OTHER;
    *handle = new libusb_device_handle{d->index, false};
    w.things++;
    return 0;
}
void LIBUSB_CALL libusb_close(libusb_device_handle *handle)
{
    delete handle;
    w.things--;
}
int LIBUSB_CALL libusb_get_string_descriptor_ascii(libusb_device_handle *h, uint8_t, unsigned char *data, int length)
{
    return snprintf(reinterpret_cast<char *>(data), size_t(length), "%s", w.serials[size_t(h->index)].c_str());
}
int LIBUSB_CALL libusb_set_auto_detach_kernel_driver(libusb_device_handle *, int) { return 0; }
int LIBUSB_CALL libusb_claim_interface(libusb_device_handle *h, int)
{
    if (w.busy) return LIBUSB_ERROR_BUSY;
    w.things += !h->claimed;
    h->claimed = true;
    return 0;
}
int LIBUSB_CALL libusb_release_interface(libusb_device_handle *h, int)
{
    if (!h->claimed) return LIBUSB_ERROR_NOT_FOUND;
    h->claimed = false;
    w.things--;
    return 0;
}
int LIBUSB_CALL libusb_clear_halt(libusb_device_handle *, unsigned char) { return 0; }
int LIBUSB_CALL libusb_control_transfer(libusb_device_handle *h, uint8_t, uint8_t request, uint16_t value, uint16_t, unsigned char *, uint16_t length, unsigned int)
{
    if (w.gone) return LIBUSB_ERROR_NO_DEVICE;
    if (!h->claimed) return LIBUSB_ERROR_IO;
    ft232h_control(w.f, request, value);
    return length;
}
int LIBUSB_CALL libusb_bulk_transfer(libusb_device_handle *h, unsigned char endpoint, unsigned char *data, int length, int *moved, unsigned int)
{
    *moved = 0;
    if (w.strikes("unplug")) w.gone = true;
    int rc;
    if (w.gone) rc = LIBUSB_ERROR_NO_DEVICE;
    else if (!h->claimed) rc = LIBUSB_ERROR_IO;
    else if (w.strikes("timeout")) rc = LIBUSB_ERROR_TIMEOUT;
    else if (w.strikes("stall")) rc = LIBUSB_ERROR_PIPE;
    else rc = endpoint & 0x80 ? in(data, length, moved) : out(data, length, moved);
    w.transfers++;
    return rc;
}
const char *LIBUSB_CALL libusb_error_name(int code)
{
    switch (code) {
    case LIBUSB_ERROR_IO: return "LIBUSB_ERROR_IO";
    case LIBUSB_ERROR_OVERFLOW: return "LIBUSB_ERROR_OVERFLOW";
    default: return "LIBUSB_ERROR_OTHER";
    }
}
#pragma GCC visibility pop
}
