import Document from 'pdfkit';
import { expect, it } from 'vitest';
import { PAGE } from '../../src/pdf/page.ts';
import { printable } from '../../src/pdf/printable.ts';
import { drawTable } from '../../src/pdf/table.ts';

it('a row that is higher than a page goes on on the next, and loses nothing', async () => {
  const document = new Document({ size: 'A4', margin: PAGE.margin, compress: false });
  let pdf = '';
  document.on('data', (bytes: Buffer) => (pdf += bytes.toString('latin1')));
  const end = new Promise((resolve) => document.on('end', resolve));
  const names = Array.from({ length: 200 }, (_, at) => `n${at}`);
  drawTable(document, { head: ['A', 'B'], shares: [0.5, 0.5], rows: [[names.join('\n'), 'word '.repeat(2000)]] });
  document.end();
  await end;
  const texts = pdf.split('BT').slice(1);
  const printed = texts.map((each) => {
    const hex = [...each.matchAll(/<([0-9a-f]+)>/g)].map(([, digits = '']) => digits).join('');
    return Buffer.from(hex, 'hex').toString('latin1');
  });
  expect(printed.filter((each) => /^n\d+$/.test(each))).toEqual(names);
  expect(printed.join(' ').match(/word/g)).toHaveLength(2000);
  const heights = texts.map((each) => Number(/1 0 0 1 \S+ (\S+) Tm/.exec(each)?.[1]));
  expect(heights.every((y) => y > PAGE.margin / 2 && y < PAGE.height - PAGE.margin)).toBe(true);
  expect(pdf.match(/\/Type \/Page\b/g)?.length).toBeLessThan(6);
});

it.each([
  ['ação – €', 'ação – €'],
  ['čšę x\u0327', 'cše x'],
  ['模 🎲', String.raw`\u{6A21} \u{1F3B2}`],
  ['ﬁt\tx²', 'fit x²'],
])('%j is printed as %j', (text, expected) => {
  expect(printable(text)).toBe(expected);
});
