/* SPDX-License-Identifier: Apache-2.0 */
/* report_page.c - one self-contained HTML page: no script, no font, no picture from elsewhere. */
#include <string.h>
#include "report.h"

static void text(FILE *f, const char *s)
{
    for (; *s; s++) switch (*s) {
        case '<': fputs("&lt;", f); break;
        case '>': fputs("&gt;", f); break;
        case '&': fputs("&amp;", f); break;
        case '"': fputs("&quot;", f); break;
        default: fputc((unsigned char)*s < 32 ? ' ' : *s, f); break;
        }
}

static void figure(FILE *f, const char *title, const char *about, const char *svg)
{
    const char *body = strstr(svg, "<svg"); /* without the XML prologue */
    fprintf(f, "<section><h2>%s</h2><p>%s</p>\n%s</section>\n", title, about, body ? body : "");
}

static void head(FILE *f, const report *r)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n<title>", f);
    text(f, r->s->info.name);
    fputs(" - bonnet report</title>\n<style>\nbody{font:15px/1.45 'DejaVu Sans',Verdana,sans-serif;color:#222;background:#f6f6f4;margin:0}\n"
          "main{max-width:1080px;margin:0 auto;padding:24px 16px}\nsection{background:#fff;border:1px solid #e2e2de;border-radius:6px;padding:8px "
          "18px 16px;margin:18px 0}\n"
          "h1{font-size:26px;margin:8px 0}h2{font-size:18px;margin:10px 0 4px}p{margin:4px 0 10px;color:#555;max-width:90ch}\n"
          "table{border-collapse:collapse;font-size:12.5px;width:100%}td,th{padding:3px 7px;text-align:right;border-bottom:1px solid "
          "#eee;white-space:nowrap}\n"
          "td:first-child,th:first-child,td:nth-child(2),th:nth-child(2){text-align:left}th{color:#555;font-weight:600}\n"
          ".tiles{display:flex;flex-wrap:wrap;gap:12px}.tile{background:#fff;border:1px solid #e2e2de;border-radius:6px;padding:8px "
          "16px;min-width:140px}\n"
          ".tile b{display:block;font-size:22px;color:#111}.tile "
          "span{font-size:12.5px;color:#666}.wide{overflow-x:auto}svg{max-width:100%;height:auto}\n"
          "</style></head><body><main>\n<h1>",
          f);
    text(f, r->s->info.name);
    fputs("</h1>\n<p>Device ", f);
    text(f, r->o->device);
    fprintf(f,
            ", %u frame%s in one job, bonnet %s. Cycles, stalls and DRAM bytes are read from the chip's counters; layers and drawings are of the "
            "last frame. "
            "Energy is a model (docs/energy.md). No board has run this.%s</p>\n",
            r->stats.frames, r->stats.frames == 1 ? "" : "s", bonnet_version(), cli_shared(r->s) ? " " CLI_SHARED : "");
}

static void tile(FILE *f, const char *value, const char *what) { fprintf(f, "<div class=\"tile\"><b>%s</b><span>%s</span></div>\n", value, what); }

static void tiles(FILE *f, const report *r)
{
    char v[64];
    double frames = r->stats.frames;
    fputs("<div class=\"tiles\">\n", f);
    snprintf(v, sizeof v, "%.0f", (double)r->stats.cycles / frames);
    tile(f, v, "cycles a frame");
    snprintf(v, sizeof v, "%.1f %%", 100 * cli_array_utilisation(r->s));
    tile(f, v, "of the array's peak, binary layers, loads and stores included");
    snprintf(v, sizeof v, "%.0f", (double)r->stats.macs / (double)r->stats.cycles);
    tile(f, v, "MAC/cycle, whole frame");
    if (r->stats.clock_hz) {
        snprintf(v, sizeof v, "%.0f", frames * r->stats.clock_hz / (double)r->stats.cycles);
        tile(f, v, "frames/s at the nominal clock");
    }
    snprintf(v, sizeof v, "%.1f KiB", (double)(r->stats.dram_bytes_in + r->stats.dram_bytes_out) / 1024 / frames);
    tile(f, v, "to and from DRAM a frame");
    snprintf(v, sizeof v, "%.2f uJ", r->joules.energy.total);
    tile(f, v, "a frame, modelled");
    fputs("</div>\n", f);
}

static void table(FILE *f, const report *r)
{
    fputs("<section><h2>Layers</h2><div "
          "class=\"wide\"><table><tr><th>layer</th><th>kind</th><th>shape</th><th>MACs</th><th>cycles</th><th>MAC/cycle</th>"
          "<th>peak</th><th>stall-in</th><th>stall-out</th><th>DRAM bytes</th><th>SRAM kbit</th><th>uJ</th></tr>\n",
          f);
    for (uint32_t i = 0; i < r->joules.layers; i++) {
        const joules_layer *j = &r->joules.layer[i];
        const bonnet_layer_stats *l = &j->stats;
        double rate = l->cycles ? (double)l->macs / (double)l->cycles : 0;
        fputs("<tr><td>", f);
        text(f, l->name);
        fprintf(f, "</td><td>%s</td><td>%u &rarr; %u&times;%u&times;%u</td><td>%llu</td><td>%llu</td><td>%.0f</td><td>%.1f %%</td>", l->kind,
                l->channels_in, l->channels_out, l->height, l->width, (unsigned long long)l->macs, (unsigned long long)l->cycles, rate,
                l->peak_mac_per_cycle ? 100 * rate / l->peak_mac_per_cycle : 0);
        fprintf(f, "<td>%llu</td><td>%llu</td><td>%llu</td><td>%.1f</td><td>%.3f</td></tr>\n", (unsigned long long)l->stall_in,
                (unsigned long long)l->stall_out, (unsigned long long)l->dram_bytes, 1e-3 * j->sram_bits, j->compute + j->sram + j->dram);
    }
    const bonnet_energy *e = &r->joules.energy;
    fprintf(f,
            "</table></div><p>A frame: units %.3f uJ, leakage of idle units %.3f, SRAM %.3f, DRAM %.3f; with %.2f pJ a DRAM bit, %.4f pJ an SRAM "
            "bit, static share %.3f."
            "</p></section>\n",
            e->compute, e->leak, e->sram, e->dram, bonnet_energy_fitted.dram_pj_per_bit, bonnet_energy_fitted.sram_pj_per_bit,
            bonnet_energy_fitted.static_share);
}

void report_page(FILE *f, const report *r, char *const svg[PLOTS])
{
    head(f, r);
    tiles(f, r);
    figure(f, "Who worked when",
           "A block is a descriptor, from its tokens taken to its end. <code>bonnet trace</code> has the same for a trace viewer.",
           svg[PLOT_TIMELINE]);
    figure(f, "Where each layer's cycles went",
           "Cycles of a layer run from the moment nothing earlier kept its unit busy until it finished. Left: what its multiply-accumulates need at "
           "the unit's peak.",
           svg[PLOT_CYCLES]);
    figure(f, "Roofline",
           "Lines: the peak of the two units, and what the DRAM port could feed. Points: the layers, as measured; those that moved no byte in the "
           "last frame are not there. Above the slope is who had its weights fetched while an earlier layer ran.",
           svg[PLOT_ROOFLINE]);
    figure(f, "DRAM", "Weights are loaded once a frame, or once a job where they stay.", svg[PLOT_DRAM]);
    figure(f, "Energy by layer", "Unit powers as published, memory as fitted.", svg[PLOT_ENERGY]);
    figure(f, "The two buffers", "What they hold that is still to be read, from the descriptors' places and the counters' times.",
           svg[PLOT_OCCUPANCY]);
    table(f, r);
    fputs("</main></body></html>\n", f);
}
