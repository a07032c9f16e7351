/* The table of trades: sorted by any column, filtered, a hundred rows at a time. */

const TRADES = (() => {
  const PAGE = 100;
  const number = (value, digits) => (value === null ? "–" : value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const signed = (value, digits) => (value === null ? "–" : `${value > 0 ? "+" : ""}${number(value, digits)}`);
  const clock = (ms) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
  const sign_class = (value) => (value > 0 ? "up" : value < 0 ? "down" : "");

  const margin = (t) => {
    if (t.margin === null) return "–";
    const count = number(t.margin, t.margin < 10 ? 2 : 0);
    return t.margin_unit === "tick" ? `${count} ticks` : count;
  };

  const columns_of = (report) => [
    { name: "#", key: "trade_id", left: true, text: (t) => String(t.trade_id) },
    { name: "Side", key: "side", left: true, text: (t) => t.side, style: (t) => `side ${t.side === "long" ? "up" : "down"}` },
    { name: "Entry", key: "ts_entry", text: (t) => clock(t.ts_entry) },
    { name: "at", key: "entry_price", text: (t) => number(t.entry_price, report.decimals) },
    { name: "Exit", key: "ts_exit", text: (t) => clock(t.ts_exit) },
    { name: "at", key: "exit_price", text: (t) => number(t.exit_price, report.decimals) },
    { name: "by", key: "exit_reason", left: true, text: (t) => t.exit_reason.replace(/_/g, " ") + (t.is_final ? "" : " (part)") },
    { name: "Qty", key: "exit_qty", text: (t) => number(t.exit_qty, 3) },
    { name: "Net USDT", key: "net_pnl", text: (t) => signed(t.net_pnl, 2), style: (t) => sign_class(t.net_pnl) },
    { name: "Net %", key: "pnl_pct", text: (t) => signed(t.pnl_pct, 2), style: (t) => sign_class(t.pnl_pct) },
    { name: "Fees", key: "fees_paid", text: (t) => number(t.fees_paid, 2) },
    { name: "Funding", key: "funding_pnl", text: (t) => signed(t.funding_pnl, 2) },
    { name: "Bars", key: "duration_bars", text: (t) => number(t.duration_bars, 1) },
    { name: "MAE %", key: "mae_pct", text: (t) => number(t.mae_pct, 2) },
    { name: "MFE %", key: "mfe_pct", text: (t) => number(t.mfe_pct, 2) },
    { name: "Stop", key: "stop_loss", text: (t) => number(t.stop_loss, report.decimals) },
    { name: "Target", key: "take_profit", text: (t) => number(t.take_profit, report.decimals) },
    { name: "Margin", key: "margin", text: (t) => margin(t), hint: (t) => t.margin_condition && `${t.margin_condition}: so far from its flip, in ${t.margin_unit || "numbers"}` },
    { name: "Rule", key: "entry_reason", left: true, text: (t) => (t.entry_reason || "–") + (t.is_ambiguous ? " · ambiguous" : "") },
  ];

  const make = (report, on_choose) => {
    const element = (id) => document.getElementById(id);
    const columns = columns_of(report);
    const state = { sort: 0, way: 1, page: 0, rows: report.trades, selected: -1 };

    const cell = (trade, column, k) => {
      const made = document.createElement("td");
      made.className = `${column.left ? "left" : ""} ${column.style ? column.style(trade) : ""}`.trim();
      const hint = column.hint && column.hint(trade);
      if (hint) made.title = hint;
      if (k > 0) {
        made.textContent = column.text(trade);
        return made;
      }
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = column.text(trade);
      button.setAttribute("aria-label", `Show trade ${trade.trade_id} on the chart`);
      made.append(button);
      return made;
    };

    const row = (trade) => {
      const made = document.createElement("tr");
      made.dataset.place = trade.place;
      if (trade.place === state.selected) made.setAttribute("aria-current", "true");
      if (trade.metadata) made.title = trade.metadata;
      made.append(...columns.map((column, k) => cell(trade, column, k)));
      made.addEventListener("click", () => on_choose(trade));
      return made;
    };

    const nothing = () => {
      const made = document.createElement("tr");
      const only = document.createElement("td");
      only.colSpan = columns.length;
      only.className = "left muted";
      only.textContent = report.trades.length ? "no trade is left by these filters" : "no trades";
      made.append(only);
      return made;
    };

    const draw = () => {
      const pages = Math.max(Math.ceil(state.rows.length / PAGE), 1);
      state.page = Math.min(Math.max(state.page, 0), pages - 1);
      const first = state.page * PAGE;
      const shown = state.rows.slice(first, first + PAGE);
      element("trade-rows").replaceChildren(...(shown.length ? shown.map(row) : [nothing()]));
      element("trade-count").textContent = `${state.rows.length} of ${report.trades.length}`;
      element("page-word").textContent = state.rows.length ? `${first + 1} to ${first + shown.length}` : "none";
      element("page-back").disabled = state.page === 0;
      element("page-on").disabled = state.page >= pages - 1;
      element("pager").hidden = pages === 1;
    };

    const order = () => {
      const { key } = columns[state.sort];
      const [side, result, reason] = ["by-side", "by-result", "by-reason"].map((id) => element(id).value);
      const keep = (t) => (!side || t.side === side) && (!result || Math.sign(t.net_pnl) === Number(result)) && (!reason || t.exit_reason === reason);
      const compare = (a, b) => {
        if (a[key] === b[key]) return a.place - b.place;
        if (a[key] === null || b[key] === null) return a[key] === null ? 1 : -1;
        return (a[key] < b[key] ? -1 : 1) * state.way;
      };
      state.rows = report.trades.filter(keep).sort(compare);
      draw();
    };

    const heading = (column, k) => {
      const made = document.createElement("th");
      made.scope = "col";
      if (column.left) made.className = "left";
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = column.name;
      button.addEventListener("click", () => {
        state.way = state.sort === k ? -state.way : 1;
        state.sort = k;
        state.page = 0;
        [...element("trade-heads").children].forEach((one, j) => {
          one.setAttribute("aria-sort", j === k ? (state.way > 0 ? "ascending" : "descending") : "none");
          one.firstChild.textContent = columns[j].name + (j === k ? (state.way > 0 ? " ↑" : " ↓") : "");
        });
        order();
      });
      made.append(button);
      return made;
    };

    element("trade-heads").append(...columns.map(heading));
    const reasons = [...new Set(report.trades.map((t) => t.exit_reason))].sort();
    element("by-reason").append(...reasons.map((reason) => new Option(reason.replace(/_/g, " "), reason)));
    ["by-side", "by-result", "by-reason"].forEach((id) => element(id).addEventListener("change", () => { state.page = 0; order(); }));
    element("page-back").addEventListener("click", () => { state.page -= 1; draw(); });
    element("page-on").addEventListener("click", () => { state.page += 1; draw(); });
    order();

    /* Marks a trade and brings its row into view, without moving the page. */
    const select = (trade) => {
      state.selected = trade.place;
      const at = state.rows.indexOf(trade);
      if (at >= 0) state.page = Math.floor(at / PAGE);
      draw();
      const found = element("trade-rows").querySelector(`[data-place="${trade.place}"]`);
      if (!found) return;
      const frame = found.closest(".scroll");
      const top = found.offsetTop - 40;
      if (top < frame.scrollTop || top > frame.scrollTop + frame.clientHeight - 80) frame.scrollTop = top - 80;
    };
    const beside = (place, way) => {
      const at = state.rows.findIndex((trade) => trade.place === place);
      return state.rows[at < 0 ? (way > 0 ? 0 : state.rows.length - 1) : at + way];
    };
    return { select, beside, clock, number, signed };
  };

  return make;
})();
