/* What lies over the candles: structures below them, trades above them. */

const DRAWINGS = (() => {
  const MANY_BARS = 8000; /* beyond this many on the screen structures would be noise */

  const make = (report, look) => {
    let chart = null;
    let series = null;
    let refresh = () => {};
    const state = { selected: -1, trades: true };

    /* Where bars and prices are on the screen now. */
    const view = () => {
      const scale = chart.timeScale();
      const range = scale.getVisibleLogicalRange();
      const at = scale.logicalToCoordinate(0);
      if (!range || at === null) return null;
      const step = scale.logicalToCoordinate(1) - at;
      return {
        from: Math.floor(range.from),
        to: Math.ceil(range.to),
        step,
        x: (i) => at + i * step,
        y: (price) => series.priceToCoordinate(price),
      };
    };

    const first_after = (runs, from) => {
      let low = 0;
      let high = runs.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (runs[middle].i1 < from) low = middle + 1;
        else high = middle;
      }
      return low;
    };

    const each_visible = (runs, v, draw) => {
      for (let k = first_after(runs, v.from); k < runs.length && runs[k].i0 <= v.to; k += 1) {
        draw(runs[k], v.x(runs[k].i0 - 0.5), v.x(runs[k].i1 + 0.5));
      }
    };

    const band = (context, v, layer) => {
      const color = look.layer(layer);
      each_visible(layer.runs, v, (run, x0, x1) => {
        const y0 = v.y(run.values[0]);
        const y1 = v.y(run.values[1]);
        if (y0 === null || y1 === null) return;
        context.globalAlpha = 0.16;
        context.fillStyle = color;
        context.fillRect(x0, Math.min(y0, y1), Math.max(x1 - x0, 1), Math.max(Math.abs(y1 - y0), 1));
        context.globalAlpha = 0.55;
        context.fillRect(x0, y0, Math.max(x1 - x0, 1), 1);
        context.fillRect(x0, y1, Math.max(x1 - x0, 1), 1);
      });
      context.globalAlpha = 1;
    };

    const level = (context, v, layer) => {
      context.fillStyle = look.layer(layer);
      context.globalAlpha = 0.85;
      each_visible(layer.runs, v, (run, x0, x1) => {
        const y = v.y(run.values[0]);
        if (y !== null) context.fillRect(x0, Math.round(y), Math.max(x1 - x0, 1), 1.5);
      });
      context.globalAlpha = 1;
    };

    const word_of = (name) => name.split(".").pop().replace(/_this_bar$/, "").replace(/_/g, " ");

    const event = (context, v, layer, row) => {
      if (v.step < 2) return;
      const color = look.layer(layer);
      const word = word_of(layer.name);
      context.fillStyle = color;
      context.textAlign = "center";
      context.font = `10px ${look.font}`;
      layer.at.forEach((i) => {
        if (i < v.from || i > v.to) return;
        const top = v.y(report.bars[i].high);
        if (top === null) return;
        const y = top - 8 - 11 * row;
        context.beginPath();
        context.arc(v.x(i), y, 2.5, 0, 7);
        context.fill();
        if (v.step > 7) context.fillText(word, v.x(i), y - 5);
      });
    };

    const structures = (context) => {
      const v = view();
      if (!v || v.to - v.from > MANY_BARS) return;
      const on = report.layers.filter((layer) => layer.on);
      on.filter((layer) => layer.shape === "band").forEach((layer) => band(context, v, layer));
      on.filter((layer) => layer.shape === "level").forEach((layer) => level(context, v, layer));
      on.filter((layer) => layer.shape === "event").forEach((layer, k) => event(context, v, layer, k));
    };

    const dashed = (context, color, dash, x0, y0, x1, y1) => {
      context.strokeStyle = color;
      context.setLineDash(dash);
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      context.stroke();
      context.setLineDash([]);
    };

    const bracket = (context, v, trade, x0, x1) => {
      const prices = [
        [trade.stop_loss, look.stop],
        [trade.stop_loss_final === trade.stop_loss ? null : trade.stop_loss_final, look.trail],
        [trade.take_profit, look.target],
      ];
      prices.forEach(([price, color]) => {
        const y = price === null ? null : v.y(price);
        if (y !== null) dashed(context, color, [4, 3], x0, y, Math.max(x1, x0 + 6), y);
      });
    };

    const triangle = (context, x, y, size, up) => {
      const way = up ? 1 : -1;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x - size, y + way * size * 1.7);
      context.lineTo(x + size, y + way * size * 1.7);
      context.closePath();
      context.fill();
      context.stroke();
    };

    const label = (context, v, trade, color) => {
      const x = v.x(trade.i1) + 9;
      const y = v.y(trade.exit_price);
      const text = `${look.money(trade.net_pnl)}  ${trade.exit_reason}`;
      context.font = `600 12px ${look.font}`;
      const width = context.measureText(text).width + 12;
      context.fillStyle = color;
      context.beginPath();
      context.roundRect(x, y - 10, width, 20, 4);
      context.fill();
      context.fillStyle = look.card;
      context.textAlign = "left";
      context.fillText(text, x + 6, y + 4);
    };

    const trade_on = (context, v, trade, crowded) => {
      const [x0, x1] = [v.x(trade.i0), v.x(trade.i1)];
      const [y0, y1] = [v.y(trade.entry_price), v.y(trade.exit_price)];
      if (y0 === null || y1 === null) return;
      const color = trade.net_pnl >= 0 ? look.up : look.down;
      const chosen = trade.place === state.selected;
      const near = v.step > 1.2 || chosen;
      context.lineWidth = chosen ? 2 : 1;
      if (near) {
        context.globalAlpha = chosen ? 0.2 : 0.08;
        context.fillStyle = color;
        context.fillRect(x0, Math.min(y0, y1), Math.max(x1 - x0, 2), Math.max(Math.abs(y1 - y0), 1));
        context.globalAlpha = 1;
        if (v.step > 2.5 || chosen) bracket(context, v, trade, x0, x1);
        dashed(context, color, chosen ? [] : [2, 2], x0, y0, x1, y1);
      }
      const size = near ? 5 : crowded ? 2.5 : 4;
      const long = trade.side === "long";
      context.lineWidth = crowded && !near ? 0.01 : 1;
      context.strokeStyle = look.card;
      context.fillStyle = long ? look.up : look.down;
      if (trade.leg === 1) triangle(context, x0, long ? y0 + 3 : y0 - 3, size, long);
      context.fillStyle = color;
      context.beginPath();
      context.arc(x1, y1, near ? 4 : crowded ? 1.5 : 2.5, 0, 7);
      context.fill();
      context.stroke();
      if (chosen) label(context, v, trade, color);
    };

    const trades = (context) => {
      const v = view();
      if (!v || !state.trades) return;
      const seen = report.trades.filter((trade) => trade.i1 >= v.from && trade.i0 <= v.to);
      const crowded = seen.length > 300;
      seen.filter((trade) => trade.place !== state.selected).forEach((trade) => trade_on(context, v, trade, crowded));
      seen.filter((trade) => trade.place === state.selected).forEach((trade) => trade_on(context, v, trade, crowded));
    };

    const pane = (order, draw) => ({
      zOrder: () => order,
      renderer: () => ({ draw: (target) => target.useMediaCoordinateSpace((scope) => draw(scope.context)) }),
    });
    const panes = [pane("bottom", structures), pane("top", trades)];

    return {
      primitive: {
        attached: (given) => {
          ({ chart, series } = given);
          refresh = given.requestUpdate;
        },
        paneViews: () => panes,
        autoscaleInfo: (from, to) => {
          const trade = report.trades[state.selected];
          if (!trade || trade.i0 > to || trade.i1 < from) return null;
          const seen = report.bars.slice(Math.max(Math.floor(from), 0), Math.ceil(to) + 1);
          if (!seen.length || seen.length > MANY_BARS) return null;
          const low = seen.reduce((least, bar) => Math.min(least, bar.low), Infinity);
          const high = seen.reduce((most, bar) => Math.max(most, bar.high), -Infinity);
          const room = 1.2 * (high - low); /* what lies further off would flatten the bars */
          const levels = [trade.stop_loss, trade.stop_loss_final, trade.take_profit];
          const near = levels.filter((price) => price !== null && price > low - room && price < high + room);
          return { priceRange: { minValue: Math.min(low, ...near), maxValue: Math.max(high, ...near) } };
        },
      },
      select: (place) => { state.selected = place; refresh(); },
      show_trades: (on) => { state.trades = on; refresh(); },
      refresh: () => refresh(),
      word_of,
    };
  };

  return make;
})();
