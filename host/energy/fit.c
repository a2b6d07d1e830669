/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fit.c - three constants from six totals: normal equations over every subset of the constants.
 *
 * Six totals alone do not tell the static share from the energy of an SRAM bit: both go with the cycles of the array. The first two rows do: they
 * are the same layers and the same traffic, but for one unit (RPReLU) whose leakage makes the difference. It is a seventh equation.
 */
#include <math.h>
#include "energy.h"

enum { CONSTANTS = 3 };

/* a * x = b for the `n` unknowns of `pick`; 0 if singular. Gauss with pivots; others stay 0. */
static int solve(double x[CONSTANTS], double a[CONSTANTS][CONSTANTS], const double b[CONSTANTS], const int *pick, int n)
{
    double m[CONSTANTS][CONSTANTS + 1];
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) m[i][j] = a[pick[i]][pick[j]];
        m[i][n] = b[pick[i]];
    }
    for (int c = 0; c < n; c++) {
        int best = c;
        for (int r = c + 1; r < n; r++)
            if (fabs(m[r][c]) > fabs(m[best][c])) best = r;
        if (!(fabs(m[best][c]) > 1e-12)) return 0;
        for (int j = 0; j <= n; j++) {
            double t = m[c][j];
            m[c][j] = m[best][j], m[best][j] = t;
        }
        for (int r = 0; r < n; r++) {
            double f = r == c ? 0 : m[r][c] / m[c][c];
            for (int j = c; f != 0 && j <= n; j++) m[r][j] -= f * m[c][j];
        }
    }
    for (int i = 0; i < CONSTANTS; i++) x[i] = 0;
    for (int i = 0; i < n; i++) x[pick[i]] = m[i][n] / m[i][i];
    return 1;
}

/*
 * What each constant multiplies, and what is left to explain, as fractions of the published total. Equation n of n rows: the difference of the
 * first two rows, which are one network but for one unit, as a fraction of itself.
 */
static double equation(double f[CONSTANTS], const bonnet_energy_row *rows, unsigned n, unsigned i)
{
    double total = 0, left = 0;
    for (int c = 0; c < CONSTANTS; c++) f[c] = 0;
    for (unsigned r = i < n ? i : 0; r <= (i < n ? i : 1); r++) {
        const bonnet_energy_counts *c = &rows[r].published;
        double sign = i == n && r == 1 ? -1 : 1;
        f[0] += sign * 1e-6 * (c->weight_bits + c->image_bits + c->map_bits);
        f[1] += sign * 1e-6 * c->sram_bits;
        f[2] += sign * c->idle_uj;
        total += sign * rows[r].published_uj;
        left += sign * (rows[r].published_uj - c->dynamic_uj);
    }
    for (int c = 0; c < CONSTANTS; c++) f[c] /= total;
    return left / total;
}

bonnet_energy_constants bonnet_energy_fit(const bonnet_energy_row *rows, unsigned n)
{
    double a[CONSTANTS][CONSTANTS] = {{0}}, b[CONSTANTS] = {0}, best[CONSTANTS] = {0}, least = INFINITY, f[CONSTANTS];
    for (unsigned r = 0; r <= n; r++) {
        double y = equation(f, rows, n, r);
        for (int i = 0; i < CONSTANTS; i++) {
            b[i] += f[i] * y;
            for (int j = 0; j < CONSTANTS; j++) a[i][j] += f[i] * f[j];
        }
    }
    for (unsigned set = 1; set < 1u << CONSTANTS; set++) {
        int pick[CONSTANTS], m = 0, sound = 1;
        double x[CONSTANTS], error = 0;
        for (int i = 0; i < CONSTANTS; i++)
            if (set >> i & 1) pick[m++] = i;
        if (!solve(x, a, b, pick, m)) continue;
        for (int i = 0; i < CONSTANTS; i++) sound &= x[i] >= 0;
        for (unsigned r = 0; r <= n; r++) {
            double y = equation(f, rows, n, r), left = f[0] * x[0] + f[1] * x[1] + f[2] * x[2] - y;
            error += left * left;
        }
        if (!sound || !(error < least)) continue;
        least = error;
        for (int i = 0; i < CONSTANTS; i++) best[i] = x[i];
    }
    return (bonnet_energy_constants){best[0], best[1], best[2]};
}
