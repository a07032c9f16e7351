/* W2 by hand: 15m bars grown from minutes, on them Bollinger bands, RSI and ATR, above them an
 * hourly EMA(50) and a daily EMA(10); long only, a signal exit, a stop and a target. */
#include "exchange.h"

enum { PER_BAR = 15, PER_HOUR = 60, PER_DAY = 1440, BAND = 20, HOURLY = 50, DAILY = 10 };

typedef struct { double value, rate; int64_t seen, length; } Ema;

static inline double ema(Ema *e, double x) {
    if (__builtin_expect(e->seen == e->length, 1)) return e->value += e->rate * (x - e->value);
    e->value += x;
    if (++e->seen < e->length) return NAN;
    return e->value /= (double)e->length;
}

int64_t run(const Run *r, double *curve, Trade *trades, double *final) {
    Book b = {.cash = r->cash};
    Ema hourly = {0, 2.0 / (HOURLY + 1), 0, HOURLY}, daily = {0, 2.0 / (DAILY + 1), 0, DAILY};
    double ring[BAND] = {0}, sum = 0, fresh = 0, k = 0, kf = 0, s1 = 0, s2 = 0, f1 = 0, f2 = 0;
    double rise = 0, fall = 0, last = 0, atr = 0, trend_1h = NAN, trend_1d = NAN, was_rsi = NAN;
    double lower = NAN;
    const double w = 1.0 / 14.0;
    int64_t points = 0, head = 0, bars = 0;
    for (int64_t i = 0; i + PER_BAR <= r->n; i += PER_BAR) {
        double high = r->high[i], low = r->low[i];
        const double x = r->close[i + PER_BAR - 1];
        if (b.wanted != 0.0) enter(r, &b, i);
        if (b.leaving) leave(r, &b, trades, i, r->open[i]);
        for (int64_t j = i + 1; j < i + PER_BAR; j++) {
            high = r->high[j] > high ? r->high[j] : high;
            low = r->low[j] < low ? r->low[j] : low;
        }
        if (b.qty != 0.0) {
            if (low <= b.stop || high >= b.target) {
                int64_t j = i;
                for (; r->low[j] > b.stop && r->high[j] < b.target; j++) {
                    b.lowest = r->low[j] < b.lowest ? r->low[j] : b.lowest;
                    b.highest = r->high[j] > b.highest ? r->high[j] : b.highest;
                }
                inside(r, &b, trades, j);
            } else {
                b.lowest = low < b.lowest ? low : b.lowest;
                b.highest = high > b.highest ? high : b.highest;
            }
        }
        {                       /* features of 15m */
            const double d = bars ? x - last : 0, u = d > 0 ? d : 0, v = d < 0 ? -d : 0;
            double range = high - low, old = ring[head];
            if (bars) {
                const double p = fabs(high - last), q = fabs(low - last);
                range = p > range ? p : range;
                range = q > range ? q : range;
            }
            if (head == 0) { fresh = f1 = f2 = 0; kf = x; }
            if (bars == 0) k = x;
            if (bars >= BAND) {
                sum += x - old;
                s1 += (x - k) - (old - k);
                s2 += (x - k) * (x - k) - (old - k) * (old - k);
            } else { sum += x; s1 += x - k; s2 += (x - k) * (x - k); }
            fresh += x; f1 += x - kf; f2 += (x - kf) * (x - kf);
            ring[head] = x;
            if (++head == BAND) { head = 0; sum = fresh; k = kf; s1 = f1; s2 = f2; }
            if (bars > 14) { rise += w * (u - rise); fall += w * (v - fall); }
            else if (bars) {
                rise += u; fall += v;
                if (bars == 14) { rise /= 14; fall /= 14; }
            }
            if (bars >= 14) atr += w * (range - atr);
            else { atr += range; if (bars == 13) atr /= 14; }
            last = x;
            bars++;
        }
        if ((i + PER_BAR) % PER_HOUR == 0) trend_1h = ema(&hourly, x);
        if ((i + PER_BAR) % PER_DAY == 0) trend_1d = ema(&daily, x);
        {
            const double total = rise + fall, rsi = total != 0.0 ? 100.0 * (rise / total) : 50.0;
            const double m = (s2 - s1 * s1 / BAND) / BAND;
            lower = sum / BAND - 1.0 * sqrt(m > 0 ? m : 0);
            if (i + PER_BAR - 1 >= r->first) {
                curve[points++] = b.cash + b.qty * (x - b.entry);
                if (b.qty == 0.0) {
                    if (rsi < 45.0 && x < lower && x > trend_1h * 0.98 &&
                        trend_1h > trend_1d * 0.95 && atr / x > 0.0005)
                        b.wanted = size(r, &b, x);
                } else if (was_rsi <= 65.0 && rsi > 65.0) b.leaving = 1;
            }
            was_rsi = bars > 14 ? rsi : NAN;
        }
    }
    if (b.qty != 0.0) leave(r, &b, trades, r->n - 1, r->close[r->n - 1]);
    if (points) curve[points - 1] = b.cash;
    *final = b.cash;
    return b.trades;
}
