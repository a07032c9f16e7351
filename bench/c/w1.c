/* W1 by hand: EMA(9)/EMA(21) cross, long only, RSI(14) < 70, a stop and a target, on every bar. */
#include "exchange.h"

int64_t run(const Run *r, double *curve, Trade *trades, double *final) {
    Book b = {.cash = r->cash};
    double fast = 0, slow = 0, was_fast = NAN, was_slow = NAN, last = 0, rise = 0, fall = 0;
    const double a = 2.0 / 10.0, c = 2.0 / 22.0, w = 1.0 / 14.0;
    int64_t points = 0;
    for (int64_t i = 0; i < r->n; i++) {
        const double x = r->close[i];
        if (b.wanted != 0.0) enter(r, &b, i);
        if (b.qty != 0.0) {
            if (r->low[i] <= b.stop || r->high[i] >= b.target) inside(r, &b, trades, i);
            else {
                b.lowest = r->low[i] < b.lowest ? r->low[i] : b.lowest;
                b.highest = r->high[i] > b.highest ? r->high[i] : b.highest;
            }
        }
        if (__builtin_expect(i >= 21, 1)) {
            const double d = x - last, u = d > 0 ? d : 0, v = d < 0 ? -d : 0;
            fast += a * (x - fast);
            slow += c * (x - slow);
            rise += w * (u - rise);
            fall += w * (v - fall);
        } else {        /* seeds: the means of the first values */
            const double d = i ? x - last : 0, u = d > 0 ? d : 0, v = d < 0 ? -d : 0;
            if (i < 9) fast += x;
            if (i == 8) fast /= 9;
            if (i > 8) fast += a * (x - fast);
            slow += x;
            if (i == 20) slow /= 21;
            if (i <= 14) { rise += u; fall += v; }
            if (i == 14) { rise /= 14; fall /= 14; }
            if (i > 14) { rise += w * (u - rise); fall += w * (v - fall); }
        }
        last = x;
        if (i >= r->first) {
            curve[points++] = b.cash + b.qty * (x - b.entry);
            if (b.qty == 0.0 && was_fast <= was_slow && fast > slow &&
                (rise + fall != 0.0 ? 100.0 * (rise / (rise + fall)) : 50.0) < 70.0)
                b.wanted = size(r, &b, x);
        }
        was_fast = i >= 20 ? fast : NAN;
        was_slow = i >= 20 ? slow : NAN;
    }
    if (b.qty != 0.0) leave(r, &b, trades, r->n - 1, r->close[r->n - 1]);
    if (points) curve[points - 1] = b.cash;
    *final = b.cash;
    return b.trades;
}
