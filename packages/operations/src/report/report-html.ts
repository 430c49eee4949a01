import type { Block, Cell, TableBlock } from './blocks.ts';
import type { ReportData } from './contract.ts';
import type { Drawing } from './drawing.ts';
import { escaped } from './escape.ts';
import { pageBlocks, subtitleOf, titleOf } from './page-blocks.ts';
import { STYLE } from './style.ts';
import { svgOf } from './svg.ts';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * A report as one HTML page: no scripts, nothing from elsewhere, which its own policy forbids; readable on a phone, light, dark and on paper. Each chart has a sentence
 * and a table that say the same. All texts are escaped. The same report gives the same page.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { type ReportData, reportHtml } from '@x/operations/report';
 *
 * export const write = async (report: ReportData) => writeFile('report.html', reportHtml(report));
 * ```
 */
export function reportHtml(report: ReportData): string {
  const title = escaped(titleOf(report));
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="referrer" content="no-referrer">',
    `<title>${title}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${title}</h1><p class="sub">${escaped(subtitleOf(report))}</p>`,
    ...pageBlocks(report).map(blockOf),
    '</main></body></html>',
    '',
  ].join('\n');
}

function blockOf(block: Block, index: number): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escaped(block.text)}</h2>`;
    case 'sentence':
      return `<p class="say ${block.tone ?? 'soft'}">${escaped(block.text)}</p>`;
    case 'problem':
      return `<div class="problem is-${block.tone}"><p>${escaped(block.text)}</p><p class="soft">${escaped(block.todo)}</p></div>`;
    case 'charts':
      return `<div class="charts">${block.charts.map((chart, at) => figureOf(chart, `c${index}-${at}`)).join('\n')}</div>`;
    case 'table':
      return tableOf(block);
  }
}

function figureOf(chart: Drawing, id: string): string {
  const legend = chart.legend.map(({ ink, text, hollow }) => {
    const sign = `<svg viewBox="0 0 10 10" aria-hidden="true"><circle class="${hollow === true ? 'h' : 'f'}-${ink}" cx="5" cy="5" r="4"/></svg>`;
    return `<li>${sign}${escaped(text)}</li>`;
  });
  return [
    `<figure><figcaption><h3>${escaped(chart.title)}</h3><p>${escaped(chart.description)}</p></figcaption>`,
    svgOf(chart, id),
    legend.length === 0 ? '' : `<ul class="legend">${legend.join('')}</ul>`,
    figuresOf(chart),
    '</figure>',
  ].join('');
}

/** What a chart shows, as figures, for whoever wants them. */
function figuresOf({ title, table }: Drawing): string {
  if (table.rows.length === 0) return '';
  const head = table.head.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const rows = table.rows.map((row) => `<tr>${row.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`);
  return `<details><summary>Figures</summary><div class="scroll"><table><caption>${escaped(title)}</caption><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}

function tableOf({ caption, head, rows, figures }: TableBlock): string {
  const style = (at: number): string => (figures.includes(at) ? ' class="n"' : '');
  const titles = head.map((text, at) => `<th scope="col"${style(at)}>${escaped(text)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${row.map((cell, at) => cellOf(cell, { at, name: head[at] ?? '', style: style(at) })).join('')}</tr>`,
  );
  return `<table class="wide${head.length === 2 ? ' pair' : ''}"><caption>${escaped(caption)}</caption><thead><tr>${titles}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

interface CellPlace {
  readonly at: number;
  readonly name: string;
  readonly style: string;
}

/** On a phone a row is a list, of which each line names its column. */
function cellOf(cell: Cell, { at, name, style }: CellPlace): string {
  const text = escaped(typeof cell === 'string' ? cell : cell.text);
  const shown = typeof cell === 'string' ? `<span>${text}</span>` : `<span class="${cell.tone}">${text}</span>`;
  const label = ` data-name="${escaped(name)}"`;
  return at === 0 ? `<th scope="row"${label}>${shown}</th>` : `<td${style}${label}>${shown}</td>`;
}
