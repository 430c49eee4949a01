import { ModelError } from '../errors.ts';
import type { MetricComparison } from '../metrics/compare-metrics.ts';
import { chartOf } from '../report/chart.ts';
import type { ModelReport, ReportedMetric, ReportedVersion } from '../report/model-report.ts';
import { definitionText, differenceText, estimateText, sizeText } from '../report/words.ts';
import { demandRoom, INK, line, PAGE, type Paper, WIDTH } from './page.ts';
import { drawChart } from './pdf-chart.ts';
import { isEscaped } from './printable.ts';
import { type Cell, drawTable } from './table.ts';

/** Points. */
const CHART = { width: WIDTH, height: 140 };

/**
 * A report as PDF, A4, with the same charts as lines. Its fonts are those that every reader has: letters beyond those of Western Europe lose their marks, and other
 * characters are told by their numbers (`\u{6A21}`), with a note. The same report gives
 * the same bytes.
 *
 * @throws {ModelError} `PACKAGE_MISSING` without pdfkit.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import type { ModelReport } from '@x/ml-model-registry';
 * import { reportPdf } from '@x/ml-model-registry/pdf';
 *
 * export const write = async (report: ModelReport) => await writeFile('report.pdf', await reportPdf(report));
 * ```
 */
export async function reportPdf(report: ModelReport): Promise<Uint8Array> {
  const Document = await loadPdfkit();
  const { margin } = PAGE;
  const document = new Document({
    size: 'A4',
    margin,
    info: { Title: `Model ${report.model}`, CreationDate: new Date(report.at) },
  });
  const chunks: Uint8Array[] = [];
  document.on('data', (bytes: Uint8Array) => chunks.push(bytes));
  const end = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });
  draw(document, report);
  document.end();
  await end;
  return new Uint8Array(Buffer.concat(chunks));
}

async function loadPdfkit(): Promise<new (options: PDFKit.PDFDocumentOptions) => PDFKit.PDFDocument> {
  try {
    const { default: Document } = await import('pdfkit');
    return Document;
  } catch (cause) {
    throw new ModelError('PACKAGE_MISSING', 'Expected the package pdfkit, which is not installed', {
      cause,
      hint: 'npm install pdfkit',
    });
  }
}

function draw(paper: Paper, report: ModelReport): void {
  const { model, at, alias, live, versionCount, confidence } = report;
  line(paper, `Model ${model}`, { size: 18, isBold: true });
  const count = `${versionCount} ${versionCount === 1 ? 'version' : 'versions'}`;
  const sure = Number((confidence * 100).toPrecision(6));
  const text = `${count}; ${alias} is ${live ?? 'none'}. Made ${at}; intervals hold ${sure} %.`;
  line(paper, text, { color: INK.soft });
  drawAlerts(paper, report);
  drawComparison(paper, report);
  for (const each of report.metrics) drawMetric(paper, each, live);
  heading(paper, 'Versions');
  drawTable(paper, {
    head: ['Version', 'Added', 'Change', 'File', 'Metrics'],
    shares: [0.15, 0.15, 0.25, 0.2, 0.25],
    rows: report.versions.map(versionRow),
  });
  if (isEscaped(JSON.stringify(report)))
    line(
      paper,
      String.raw`\u{…} stands for a character that the fonts of this page do not have. The HTML page has it.`,
      {
        color: INK.soft,
      },
    );
}

function heading(paper: Paper, text: string): void {
  demandRoom(paper, 60);
  paper.y += 12;
  line(paper, text, { size: 12, isBold: true });
}

function drawAlerts(paper: Paper, { alerts, versions }: ModelReport): void {
  if (versions.length < 2) return;
  if (alerts.length === 0) {
    line(paper, 'Nothing got worse that chance does not explain.', { color: INK.soft });
    return;
  }
  heading(paper, 'What got worse');
  for (const { code, message } of alerts) line(paper, `${message} (${code})`, { color: INK.bad });
}

function drawComparison(paper: Paper, { comparison }: ModelReport): void {
  if (comparison === undefined || comparison.metrics.length === 0) return;
  const { before, after, metrics } = comparison;
  heading(paper, `${after} against ${before}`);
  drawTable(paper, {
    head: ['Metric', before, after, 'Difference', 'Verdict'],
    shares: [0.22, 0.2, 0.2, 0.18, 0.2],
    rows: metrics.map(comparisonRow),
  });
}

function comparisonRow(each: MetricComparison): readonly Cell[] {
  const color = { better: INK.good, worse: INK.bad, 'no evidence': INK.soft }[each.verdict];
  return [
    each.metric,
    estimateText(each.before),
    estimateText(each.after),
    differenceText(each),
    { text: `${each.verdict}\n${each.reason}`, look: { color } },
  ];
}

function drawMetric(paper: Paper, { metric, definition, trend }: ReportedMetric, live: string | undefined): void {
  const newest = trend.points.at(-1);
  if (newest === undefined) return;
  demandRoom(paper, CHART.height + 40);
  heading(paper, metric);
  const way = trend.verdict === 'no evidence' ? 'no trend that chance does not explain' : `gets ${trend.verdict}`;
  line(paper, `${estimateText(newest, definition?.unit)}; ${way}; ${definitionText(definition)}`, { color: INK.soft });
  const top = paper.y;
  drawChart(paper, chartOf(trend.points, CHART), { top, live });
  paper.y = top + CHART.height;
}

function versionRow(version: ReportedVersion): readonly Cell[] {
  const { aliases, addedAt, addedBy, change, description, size, format, verdict, metrics } = version;
  const figures = Object.entries(metrics).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return [
    [version.version, ...aliases].join('\n'),
    `${addedAt.slice(0, 10)}\n${addedBy}`,
    description === undefined ? change : `${change}\n${description.slice(0, 300)}`,
    `${format}, ${verdict}\n${sizeText(size)}`,
    figures.join('\n'),
  ];
}
