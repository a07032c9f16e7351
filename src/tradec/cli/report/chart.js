/* The chart: candles, layers and trades; equity; drawdown. One time scale, three panes. */

const CHART = (() => {
  const L = window.LightweightCharts;
  const PALETTES = {
    light: ["#1f5eff", "#c2570c", "#7a3ff2", "#0a7f96", "#b0147a", "#5b7a00", "#8a4b2a", "#3d5a80"],
    dark: ["#6f9bff", "#ff9d5c", "#b394ff", "#4cc9e0", "#ff7ac6", "#b6d94c", "#d9a27e", "#9bb6d9"],
  };

  const look_of = (report) => {
    const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const theme = document.documentElement.dataset.theme;
    const palette = PALETTES[theme];
    const order = [...report.layers].filter((one) => !/bull|bear/.test(one.name)).sort((a, b) => b.on_at_first - a.on_at_first);
    const look = {
      font: getComputedStyle(document.body).fontFamily,
      money: (value) => `${value >= 0 ? "+" : "−"}${Math.abs(value).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`,
      layer: (layer) => {
        if (/bull/.test(layer.name)) return css("candle-up");
        if (/bear/.test(layer.name)) return css("candle-down");
        return palette[order.indexOf(layer) % palette.length];
      },
    };
    const names = { up: "candle-up", down: "candle-down", stop: "stop", target: "target", trail: "trail", card: "card", text: "text", muted: "muted", line: "line", grid: "grid", accent: "accent" };
    Object.entries(names).forEach(([key, name]) => { look[key] = css(name); });
    look.up_soft = css("up-soft");
    look.down_soft = css("down-soft");
    return look;
  };

  const point = (report, values) => report.time.map((time, k) => (
    Number.isNaN(values[k]) ? { time } : { time, value: values[k] }
  ));

  const make = (report, element) => {
    const look = {};
    Object.assign(look, look_of(report));
    const chart = L.createChart(element, {
      autoSize: true,
      layout: { attributionLogo: true, fontFamily: look.font, panes: { enableResize: true } },
      crosshair: { mode: L.CrosshairMode.Normal },
      timeScale: { timeVisible: true, secondsVisible: false, minBarSpacing: 0.005, rightOffset: 3, enableConflation: true },
      localization: { locale: "en-US" },
    });
    const written = (digits) => (value) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const format = { type: "custom", minMove: 10 ** -report.decimals, formatter: written(report.decimals) };
    const quiet = { lastValueVisible: false, priceLineVisible: false };
    const below = report.bars ? 1 : 0;
    let candles = null;
    let volume = null;
    let drawings = null;
    if (report.bars) {
      candles = chart.addSeries(L.CandlestickSeries, { ...quiet, priceFormat: format, wickVisible: true, borderVisible: false }, 0);
      candles.setData(report.bars);
      candles.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0.16 } });
      volume = chart.addSeries(L.HistogramSeries, { ...quiet, priceScaleId: "", priceFormat: { type: "volume" } }, 0);
      volume.priceScale().applyOptions({ scaleMargins: { top: 0.91, bottom: 0 } });
      drawings = DRAWINGS(report, look);
      candles.attachPrimitive(drawings.primitive);
    }
    const money = { type: "custom", minMove: 0.01, formatter: written(2) };
    const equity = chart.addSeries(L.BaselineSeries, { ...quiet, title: "equity", lastValueVisible: true, priceFormat: money, lineWidth: 2, baseValue: { type: "price", price: report.start_equity } }, below);
    equity.setData(point(report, report.equity));
    const held = chart.addSeries(L.LineSeries, { ...quiet, priceFormat: money, lineWidth: 1, visible: false, crosshairMarkerVisible: false }, below);
    if (report.bars) {
      const start = report.bars[0].open;
      held.setData(point(report, report.bars.map((bar) => (report.start_equity * bar.close) / start)));
    }
    const hanging = (usual) => {
      const found = usual();
      if (found !== null) found.priceRange = { minValue: Math.min(found.priceRange.minValue, -0.01), maxValue: 0 };
      return found;
    };
    const drawdown = chart.addSeries(L.AreaSeries, { ...quiet, title: "drawdown", lastValueVisible: true, invertFilledArea: true, lineWidth: 1, autoscaleInfoProvider: hanging, priceFormat: { type: "custom", minMove: 0.01, formatter: (value) => `${(Math.abs(value) < 0.005 ? 0 : value).toFixed(2)} %` } }, below + 1);
    drawdown.setData(point(report, Array.from(report.drawdown)));
    const panes = chart.panes();
    const heights = report.bars ? [64, 21, 15] : [60, 40];
    panes.forEach((pane, k) => pane.setStretchFactor(heights[k]));

    const lines = new Map();
    const line_of = (layer) => {
      if (!lines.has(layer)) {
        const made = chart.addSeries(L.LineSeries, { ...quiet, priceFormat: format, lineWidth: 1, crosshairMarkerVisible: false }, 0);
        made.setData(point(report, layer.columns[0]));
        lines.set(layer, made);
      }
      return lines.get(layer);
    };

    const paint = () => {
      Object.assign(look, look_of(report));
      chart.applyOptions({
        layout: { background: { color: look.card }, textColor: look.muted, panes: { separatorColor: look.line, separatorHoverColor: look.grid } },
        grid: { vertLines: { color: look.grid }, horzLines: { color: look.grid } },
        rightPriceScale: { borderColor: look.line },
        timeScale: { borderColor: look.line },
      });
      if (candles) {
        candles.applyOptions({ upColor: look.up, downColor: look.down, wickUpColor: look.up, wickDownColor: look.down });
        volume.setData(report.bars.map((bar, k) => ({ time: bar.time, value: report.volume[k], color: bar.close >= bar.open ? look.up_soft : look.down_soft })));
      }
      equity.applyOptions({ topLineColor: look.up, topFillColor1: look.up_soft, topFillColor2: "transparent", bottomLineColor: look.down, bottomFillColor1: "transparent", bottomFillColor2: look.down_soft });
      drawdown.applyOptions({ lineColor: look.down, topColor: look.down_soft, bottomColor: look.down_soft });
      held.applyOptions({ color: look.muted });
      lines.forEach((made, layer) => made.applyOptions({ color: look.layer(layer) }));
      if (drawings) drawings.refresh();
    };

    const show = (layer, on) => {
      layer.on = on;
      if (layer.shape === "line" && report.bars) line_of(layer).applyOptions({ visible: on, color: look.layer(layer) });
      if (drawings) drawings.refresh();
    };

    const scale = chart.timeScale();
    const range = () => scale.getVisibleLogicalRange() || { from: 0, to: report.n };
    const set_range = (from, to) => scale.setVisibleLogicalRange({ from, to });
    const move = (share) => {
      const { from, to } = range();
      const step = (to - from) * share;
      set_range(from + step, to + step);
    };
    const zoom = (factor) => {
      const { from, to } = range();
      const middle = (from + to) / 2;
      const half = Math.max(((to - from) / 2) * factor, 4);
      set_range(middle - half, middle + half);
    };
    const all = () => set_range(-1, report.n + 1);
    const jump = (trade) => {
      const around = Math.max(20, Math.round((trade.i1 - trade.i0) * 0.6));
      set_range(trade.i0 - around, trade.i1 + around);
      if (drawings) drawings.select(trade.place);
    };
    const width = () => { const { from, to } = range(); return to - from; };
    const start = () => set_range(-1, width() - 1);
    const end = () => set_range(report.n - width() + 1, report.n + 1);

    report.layers.forEach((layer) => { if (layer.on) show(layer, true); });
    paint();
    all();
    return { chart, look, paint, show, range, move, zoom, all, jump, start, end, drawings, held };
  };

  return make;
})();
