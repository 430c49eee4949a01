import { OperationsError } from '../../errors.ts';
import type { Block } from '../blocks.ts';
import type { ReportData } from '../contract.ts';
import { pageBlocks, subtitleOf, titleOf } from '../page-blocks.ts';
import { colorOf, demandRoom, heightOf, line, PAGE, type Paper, textAt } from './paper.ts';
import { drawCharts } from './pdf-drawing.ts';
import { drawTable } from './pdf-table.ts';
import { isEscaped, printable } from './printable.ts';

/**
 * A report as PDF, A4, with the same sentences, charts and tables as the HTML page. Its fonts are those that every reader has: letters beyond those of Western Europe lose
 * their marks, and other characters are told by their numbers (`\u{6A21}`), with a note. The same report gives the same bytes. Needs the optional peer `pdfkit`.
 *
 * @throws {OperationsError} `PACKAGE_MISSING` without pdfkit.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { type ReportData, reportPdf } from '@x/operations/report';
 *
 * export const write = async (report: ReportData) => writeFile('report.pdf', await reportPdf(report));
 * ```
 */
export async function reportPdf(report: ReportData): Promise<Uint8Array> {
  const Document = await loadPdfkit();
  const document = new Document({
    size: 'A4',
    margin: PAGE.margin,
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: { Title: titleOf(report), CreationDate: new Date(report.madeAt) },
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
    throw new OperationsError('PACKAGE_MISSING', 'Expected the package pdfkit, which is not installed', {
      cause,
      hint: 'npm install pdfkit',
    });
  }
}

function draw(paper: Paper, report: ReportData): void {
  const title = titleOf(report);
  line(paper, title, { size: 18, isBold: true });
  line(paper, subtitleOf(report), { size: 8.5, ink: 'soft' });
  paper.y += 6;
  for (const block of pageBlocks(report)) drawBlock(paper, block);
  if (isEscaped(JSON.stringify(report))) {
    const note = String.raw`\u{…} stands for a character that the fonts of this page do not have. The HTML page has it.`;
    line(paper, note, { size: 8, ink: 'soft' });
  }
  const { start, count } = paper.bufferedPageRange();
  for (let at = 0; at < count; at++) {
    paper.switchToPage(start + at);
    // Below the margin nothing must begin a page.
    paper.page.margins.bottom = 0;
    const look = { size: 7.5, ink: 'soft', align: 'right' } as const;
    textAt(paper, PAGE.height - PAGE.margin + 14, `${printable(title).slice(0, 90)}, page ${at + 1} of ${count}`, look);
  }
}

const SIGNS: Readonly<Record<string, string>> = { good: 'ok', warn: '!', bad: '×', soft: '·' };

function drawBlock(paper: Paper, block: Block): void {
  switch (block.kind) {
    case 'heading':
      // A heading alone at the end of a page helps nobody.
      demandRoom(paper, 90);
      paper.y += 10;
      line(paper, block.text, { size: 13, isBold: true });
      return;
    case 'sentence': {
      const { tone = 'soft', text } = block;
      demandRoom(paper, heightOf(paper, text, { size: 10, left: 18 }));
      textAt(paper, paper.y, SIGNS[tone] ?? '', { size: 10, ink: tone, isBold: true, width: 16 });
      line(paper, text, { size: 10, left: 18, ink: tone === 'soft' ? 'soft' : 'text' });
      return;
    }
    case 'problem':
      drawProblem(paper, block);
      return;
    case 'charts':
      drawCharts(paper, block.charts);
      return;
    case 'table':
      drawTable(paper, block);
  }
}

function drawProblem(paper: Paper, { text, todo, tone }: Extract<Block, { readonly kind: 'problem' }>): void {
  const [main, soft] = [
    { size: 9.5, isBold: true, left: 10 },
    { size: 9, ink: 'soft', left: 10 },
  ] as const;
  const height = heightOf(paper, text, main) + heightOf(paper, todo, soft) + 6;
  demandRoom(paper, height);
  const top = paper.y;
  line(paper, text, main);
  line(paper, todo, soft);
  paper.strokeColor(colorOf(tone));
  paper.lineWidth(2);
  paper.moveTo(PAGE.margin + 2, top - 1);
  paper.lineTo(PAGE.margin + 2, paper.y - 3);
  paper.stroke();
  paper.y += 4;
}
