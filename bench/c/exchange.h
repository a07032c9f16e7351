/* The exchange of the two workloads, by hand: long only, market entries, stop and target, one
 * position, sizes and prices on their grids; the rules of simulation.md 3, 5, 6, 10 and 13. */
#ifndef BENCH_EXCHANGE_H
#define BENCH_EXCHANGE_H

#include <math.h>
#include <stdint.h>

typedef struct {
    const double *open, *high, *low, *close;
    int64_t n, first;           /* bars; the index of the first that may decide */
    double tick_m, tick_s, step_m, step_s, min_qty, min_notional;
    double cash, position_pct, share_pct, taker, slippage, stop_pct, target_pct;
} Run;

typedef struct {
    int64_t entry_bar, exit_bar;
    double qty, entry, exit, net, lowest, highest;
} Trade;

typedef struct {
    double cash, qty, entry, entry_fee, stop, target, wanted, lowest, highest;
    int64_t entry_bar, trades, leaving;
} Book;

static inline double down(double x, double m, double s) {
    double n = floor(x * s / m + 1e-9);
    return ((n + 1.0) * m / s <= x ? n + 1.0 : n) * m / s;
}

static inline double up(double x, double m, double s) {
    double n = 0.0 - floor(1e-9 - x * s / m);
    return ((n - 1.0) * m / s >= x ? n - 1.0 : n) * m / s;
}

/* The quantity of an entry decided at `price`, 0 where the account does not admit it. */
static inline double size(const Run *r, const Book *b, double price) {
    double notional = b->cash * r->position_pct / 100.0;
    double share = b->cash * r->share_pct / 100.0;
    double affordable = b->cash / (1.0 + r->taker);
    double qty;
    if (share < notional) notional = share;
    if (affordable < notional) notional = affordable;
    qty = down(notional / price, r->step_m, r->step_s);
    if (qty < r->min_qty || qty * price < r->min_notional) return 0.0;
    return qty;
}

static inline void enter(const Run *r, Book *b, int64_t i) {
    double price = up(r->open[i] * (1.0 + r->slippage), r->tick_m, r->tick_s);
    double notional = b->wanted * price;
    if (notional + notional * r->taker <= b->cash * (1.0 + 1e-12)) {
        b->entry_fee = notional * r->taker;
        b->cash -= b->entry_fee;
        b->qty = b->wanted;
        b->entry = b->lowest = b->highest = price;
        b->entry_bar = i;
        b->stop = down(price - price * r->stop_pct / 100.0, r->tick_m, r->tick_s);
        b->target = up(price + price * r->target_pct / 100.0, r->tick_m, r->tick_s);
    }
    b->wanted = 0.0;
}

static inline void leave(const Run *r, Book *b, Trade *trades, int64_t i, double reference) {
    double price = down(reference * (1.0 - r->slippage), r->tick_m, r->tick_s);
    double realized = b->qty * (price - b->entry), fee = b->qty * price * r->taker;
    Trade *t = &trades[b->trades++];
    t->entry_bar = b->entry_bar;
    t->exit_bar = i;
    t->qty = b->qty;
    t->entry = b->entry;
    t->exit = price;
    t->net = realized - fee - b->entry_fee;
    t->lowest = b->lowest;
    t->highest = b->highest;
    b->cash += realized - fee;
    b->qty = b->entry = 0.0;
    b->leaving = 0;
}

/* Stop before target, gaps at the open. */
static inline void inside(const Run *r, Book *b, Trade *trades, int64_t i) {
    if (r->open[i] <= b->stop || r->open[i] >= b->target) leave(r, b, trades, i, r->open[i]);
    else if (r->low[i] <= b->stop) leave(r, b, trades, i, b->stop);
    else leave(r, b, trades, i, b->target);
}

#endif
