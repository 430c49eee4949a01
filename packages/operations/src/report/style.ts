/** Colours by what they mean, for light and dark. Each stands out from its ground as WCAG AA asks for. */
const LIGHT: Readonly<Record<string, string>> = {
  text: '#1f2937',
  soft: '#5b6472',
  back: '#ffffff',
  card: '#f9fafb',
  edge: '#e5e7eb',
  line: '#1d4ed8',
  second: '#7e22ce',
  good: '#15803d',
  warn: '#a14a06',
  bad: '#b91c1c',
  unknown: '#6b7280',
};
const DARK: Readonly<Record<string, string>> = {
  text: '#e5e7eb',
  soft: '#a3acb9',
  back: '#111827',
  card: '#1f2937',
  edge: '#374151',
  line: '#7cb2fb',
  second: '#d8b4fe',
  good: '#4ade80',
  warn: '#fbbf24',
  bad: '#fca5a5',
  unknown: '#9ca3af',
};

const variables = (colors: Readonly<Record<string, string>>): string =>
  Object.entries(colors)
    .map(([name, color]) => `--${name}:${color}`)
    .join(';');

const inks = ['text', 'soft', 'edge', 'line', 'second', 'good', 'warn', 'bad', 'unknown']
  .map(
    (ink) =>
      `.f-${ink}{fill:var(--${ink})}.s-${ink}{fill:none;stroke:var(--${ink})}.h-${ink}{fill:var(--card);stroke:var(--${ink});stroke-width:1.75}`,
  )
  .join('\n');

/** The style of a report: one column that fits a phone, the reader's choice of light or dark, and paper. */
export const STYLE: string = `
:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0 0 .25rem}
p{margin:.25rem 0}.sub{color:var(--soft);font-size:.875rem;margin-bottom:1rem}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.soft{color:var(--soft)}
.say{padding-left:1.4rem;position:relative}.say::before{position:absolute;left:0;width:1.2rem;text-align:center;font-weight:700}
.say.good,.say.bad,.say.warn{color:var(--text)}
.say.good::before{content:"✓";color:var(--good)}.say.bad::before{content:"✗";color:var(--bad)}.say.warn::before{content:"!";color:var(--warn)}.say.soft::before{content:"·"}
.problem{background:var(--card);border:1px solid var(--edge);border-left:4px solid var(--bad);border-radius:.25rem;padding:.5rem .75rem;margin:.5rem 0}
.problem.is-warn{border-left-color:var(--warn)}.problem p:first-child{font-weight:600}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1rem;margin:.5rem 0}
figure{margin:0;background:var(--card);border:1px solid var(--edge);border-radius:.5rem;padding:.75rem;min-width:0;max-width:30rem}
figcaption h3{font-size:1rem}figcaption p{font-size:.875rem;color:var(--soft)}
svg{display:block;width:100%;height:auto;margin-top:.5rem}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:.5rem 0 0;padding:0;font-size:.8125rem;color:var(--soft)}
.legend svg{display:inline-block;width:.75rem;height:.75rem;margin:0 .35rem 0 0;vertical-align:-.05rem}
details{margin-top:.5rem;font-size:.875rem}summary{cursor:pointer;color:var(--soft)}
.scroll{overflow-x:auto;max-height:24rem}
table{border-collapse:collapse;width:100%;font-size:.875rem}caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--edge);vertical-align:top;font-weight:400}
thead th{color:var(--soft);font-weight:600;overflow-wrap:break-word}.n{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
.n span{white-space:nowrap}
tbody th{font-weight:600}
@media (max-width:44rem){
.wide thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.wide,.wide tbody,.wide tr{display:block}.wide tr{border-bottom:1px solid var(--edge);padding:.4rem 0}
.wide th,.wide td{display:grid;grid-template-columns:8.5rem minmax(0,1fr);gap:.5rem;border:0;padding:.1rem 0;text-align:left}
.wide [data-name]::before{content:attr(data-name);color:var(--soft);font-weight:400}
.pair th,.pair td{display:block}.pair [data-name]::before{content:none}
}
@media print{:root{${variables(LIGHT)}}body{max-width:none;padding:0;font-size:11pt}figure,.problem,tr{break-inside:avoid}h2{break-after:avoid}summary{display:none}.scroll{max-height:none}details{display:none}}
${inks}
`.trim();

/** Colours on paper. */
export const PAPER_INKS: Readonly<Record<string, string>> = LIGHT;
