/** The style of a report: one column that fits a phone, and the reader's own choice of light or dark. */
export const STYLE: string = `
:root{color-scheme:light dark;--text:#1f2937;--soft:#6b7280;--back:#fff;--card:#f9fafb;--edge:#e5e7eb;--line:#1d4ed8;--good:#15803d;--bad:#b91c1c}
@media (prefers-color-scheme:dark){:root{--text:#e5e7eb;--soft:#9ca3af;--back:#111827;--card:#1f2937;--edge:#374151;--line:#60a5fa;--good:#4ade80;--bad:#f87171}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0}
p{margin:.25rem 0}.soft{color:var(--soft);font-size:.875rem}
.grid-of-cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem}
.card{background:var(--card);border:1px solid var(--edge);border-radius:.5rem;padding:1rem}
.alert{border-left:4px solid var(--bad);margin-bottom:.5rem;padding:.5rem 1rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--edge);vertical-align:top;overflow-wrap:normal}
th{color:var(--soft);font-weight:600}
.better{color:var(--good);font-weight:600}.worse{color:var(--bad);font-weight:600}
svg{display:block;width:100%;height:auto;margin-top:.5rem}
svg text{font:11px system-ui,sans-serif;fill:var(--soft)}
.grid{stroke:var(--edge)}.way{fill:none;stroke:var(--line);stroke-width:1.5;opacity:.5}
.bar{stroke:var(--line);stroke-width:2;opacity:.5}.point{fill:var(--line)}.live{stroke:var(--text);stroke-width:2}
`.trim();
