/* The data of the page, as packing.py wrote them, as arrays with one value per bar. */

const UNPACK = (() => {
  const column = (packed, n, decimals) => {
    const made = new Float64Array(n).fill(NaN);
    const unit = 10 ** decimals;
    if (packed.e === "r") {
      let at = 0;
      for (let k = 0; k < packed.v.length; k += 2) {
        const stop = at + packed.v[k];
        if (packed.v[k + 1] !== null) made.fill(packed.v[k + 1] / unit, at, stop);
        at = stop;
      }
      return made;
    }
    let whole = 0;
    packed.v.forEach((step, k) => {
      if (step === null) return;
      whole += step;
      made[k] = whole / unit;
    });
    return made;
  };

  const times = (packed) => {
    const made = new Array(packed.n);
    let at = packed.start || 0;
    for (let k = 0; k < packed.n; k += 1) {
      if (packed.list) at += packed.list[k];
      made[k] = at;
      if (!packed.list) at += packed.step;
    }
    return made;
  };

  const bars = (packed, time, decimals) => {
    const unit = 10 ** decimals;
    let before = 0;
    return time.map((t, k) => {
      const close = before + packed.c[k];
      const open = before + packed.o[k];
      const high = Math.max(open, close) + packed.h[k];
      const low = Math.min(open, close) - packed.l[k];
      before = close;
      return { time: t, open: open / unit, high: high / unit, low: low / unit, close: close / unit };
    });
  };

  const drawdown = (start, equity) => {
    let peak = start;
    return equity.map((value) => {
      peak = Math.max(peak, value);
      return peak > 0 ? (100 * (value - peak)) / peak : 0;
    });
  };

  const trades = (columns) => columns.trade_id.map((_, k) => {
    const row = {};
    for (const name of Object.keys(columns)) row[name] = columns[name][k];
    row.place = k;
    return row;
  });

  /* The stretches over which some columns keep their values: [{i0, i1, values}]. */
  const stretches = (columns) => {
    const made = [];
    const n = columns[0].length;
    for (let k = 0; k < n; k += 1) {
      const values = columns.map((one) => one[k]);
      if (values.some(Number.isNaN)) continue;
      const last = made[made.length - 1];
      const goes_on = last && last.i1 === k - 1 && last.values.every((v, j) => v === values[j]);
      if (goes_on) last.i1 = k;
      else made.push({ i0: k, i1: k, values });
    }
    return made;
  };

  const layer = (one, n, decimals) => {
    const columns = (one.columns || []).map((packed) => column(packed, n, decimals));
    const runs = one.shape === "band" || one.shape === "level" ? stretches(columns) : [];
    return { ...one, on_at_first: one.on, columns, runs };
  };

  return (data) => {
    const time = times(data.time);
    const n = time.length;
    const equity = column(data.equity, n, data.money);
    return {
      ...data,
      n,
      time,
      bars: data.bars && bars(data.bars, time, data.decimals),
      volume: data.bars && data.bars.v,
      equity,
      drawdown: drawdown(data.start_equity, equity),
      layers: data.layers.map((one) => layer(one, n, data.decimals)),
      trades: trades(data.trades),
    };
  };
})();
