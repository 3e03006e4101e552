// Colors that tell series apart on white, on dark and in gray, and the layout of a page.
#include "plots/style.hpp"

namespace strata::plots {

const std::string_view kDrawingStyle = R"css(
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --soft: #59626d; --rule: #e3e6ea; --edge: #9aa3ad; --track: #eef0f3;
  --s0: #1f6fc4; --s1: #d9600f; --s2: #12876f; --s3: #8a5cc2; --s4: #b07d00; --s5: #c2437b; --s6: #5a7d1a; --s7: #6b6f76;
  --d0: #0b4f9e; --d1: #2f74c0; --d2: #6aa0d8; --d3: #a5c6e8; --d4: #d6e5f3; --d5: #f4f4f2;
  --d6: #fbe0cd; --d7: #f5bf98; --d8: #e8935a; --d9: #cf6420; --d10: #98400a;
  --q0: #f4f4f2; --q1: #dce8f4; --q2: #c0d7ed; --q3: #9fc2e4; --q4: #7aaad8; --q5: #5591ca; --q6: #3478ba; --q7: #1c61a8; --q8: #0b4a92;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e8eaed; --soft: #a3adb8; --rule: #2a2f36; --edge: #68727d; --track: #22272d;
    --s0: #6cb0ff; --s1: #ff9a57; --s2: #3fcfae; --s3: #c09bff; --s4: #e5bd45; --s5: #ff8fbe; --s6: #a8d25c; --s7: #a9afb8;
    --d0: #9dcdff; --d1: #67a6ea; --d2: #4481c0; --d3: #2f5f92; --d4: #24405e; --d5: #22262b;
    --d6: #49331f; --d7: #774a1f; --d8: #ad6620; --d9: #e08f40; --d10: #ffc088;
    --q0: #22262b; --q1: #24384f; --q2: #284a6e; --q3: #2d5d8e; --q4: #3a73ad; --q5: #4f8cca; --q6: #6ca5e2; --q7: #8dbef3; --q8: #b3d7ff;
  }
}
svg text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink); }
svg .tick { font-size: 11px; fill: var(--soft); }
svg .label { fill: var(--soft); }
svg .heading { font-size: 15px; font-weight: 600; }
svg .paper { fill: var(--paper); }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .axis { stroke: var(--edge); stroke-width: 1; }
svg .mark { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; }
svg .track { fill: var(--track); }
svg .frame { fill: none; stroke: var(--edge); stroke-width: 1; }
svg .cell { shape-rendering: crispEdges; }
svg .missing { fill: none; }
svg .area { stroke: var(--paper); stroke-width: 0.5; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .error { fill: none; stroke-width: 1.2; }
svg .dashed { stroke-dasharray: 6 4; }
.area.s0, .dot.s0 { fill: var(--s0); } .line.s0, .error.s0 { stroke: var(--s0); }
.area.s1, .dot.s1 { fill: var(--s1); } .line.s1, .error.s1 { stroke: var(--s1); }
.area.s2, .dot.s2 { fill: var(--s2); } .line.s2, .error.s2 { stroke: var(--s2); }
.area.s3, .dot.s3 { fill: var(--s3); } .line.s3, .error.s3 { stroke: var(--s3); }
.area.s4, .dot.s4 { fill: var(--s4); } .line.s4, .error.s4 { stroke: var(--s4); }
.area.s5, .dot.s5 { fill: var(--s5); } .line.s5, .error.s5 { stroke: var(--s5); }
.area.s6, .dot.s6 { fill: var(--s6); } .line.s6, .error.s6 { stroke: var(--s6); }
.dot.s8 { fill: var(--ink); } .line.s8 { stroke: var(--ink); }
.area.s7, .dot.s7 { fill: var(--s7); } .line.s7, .error.s7 { stroke: var(--s7); }
.d0 { fill: var(--d0); } .d1 { fill: var(--d1); } .d2 { fill: var(--d2); } .d3 { fill: var(--d3); } .d4 { fill: var(--d4); }
.d5 { fill: var(--d5); } .d6 { fill: var(--d6); } .d7 { fill: var(--d7); } .d8 { fill: var(--d8); } .d9 { fill: var(--d9); } .d10 { fill: var(--d10); }
.q0 { fill: var(--q0); } .q1 { fill: var(--q1); } .q2 { fill: var(--q2); } .q3 { fill: var(--q3); } .q4 { fill: var(--q4); }
.q5 { fill: var(--q5); } .q6 { fill: var(--q6); } .q7 { fill: var(--q7); } .q8 { fill: var(--q8); }
)css";

const std::string_view kPageStyle = R"css(
body { margin: 0 auto; max-width: 760px; padding: 24px 16px 48px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 22px; margin: 0 0 4px; overflow-wrap: anywhere; }
p.state { margin: 0 0 16px; color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: 8px 28px; margin: 0 0 20px; }
dl div { min-width: 80px; } dt { overflow-wrap: anywhere; color: var(--soft); font-size: 13px; } dd { margin: 0; font-size: 20px; font-variant-numeric: tabular-nums; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 28px 16px; }
figure { margin: 0; min-width: 0; grid-column: 1 / -1; } figure.small { grid-column: auto; }
h2 { font-size: 16px; margin: 0 0 2px; overflow-wrap: anywhere; }
figcaption p { margin: 0 0 8px; overflow-wrap: anywhere; color: var(--soft); font-size: 13px; }
svg { display: block; width: 100%; height: auto; }
details { margin-top: 6px; font-size: 13px; } summary { color: var(--soft); cursor: pointer; }
.numbers { overflow: auto; max-height: 320px; } .numbers:focus-visible, summary:focus-visible { outline: 2px solid var(--s0); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 10px 2px 0; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } th { color: var(--soft); font-weight: 600; }
@media print {
  body { max-width: none; padding: 0; } details { display: none; } figure { break-inside: avoid; }
  svg, svg * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

}  // namespace strata::plots
