import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FoundRecord, LEVELS, type Level, openLogs, type SearchOptions } from '../../src/index.ts';
import { all, newFolder } from '../fixtures/folders.ts';

/** A question, as text and as a plain function: the second way to say what it means. */
interface Question {
  readonly text: string;
  readonly holds: (record: Naive) => boolean;
}

/** A line as a naive reader sees it. */
interface Naive {
  readonly file: string;
  readonly offset: number;
  readonly line: string;
  readonly fields: Record<string, unknown>;
  readonly atMs: number;
}

const DAY = Date.parse('2026-11-28T00:00:00Z');
const SEVERITY: Record<string, number> = { ...LEVELS };
const WORDS = [
  'disk',
  'Disk',
  'full',
  'diskfull',
  'ΟΔΟΣ',
  'K\u212a',
  'İ',
  'hotel-a',
  'a"b',
  'back\\slash',
  '5e2',
  '500',
  'naïve',
  '\u2028',
];
const TENANTS = ['hotel-a', 'hotel-b', 'hotel', 'Hotel-A'];

const word = fc.constantFrom(...WORDS);
const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
const record = fc.record(
  {
    time: fc.oneof(
      fc.integer({ min: DAY, max: DAY + 1000 }),
      fc.integer({ min: DAY, max: DAY + 1000 }).map((ms) => new Date(ms).toISOString()),
    ),
    level: fc.constantFrom<unknown>('info', 'warn', 'error', 40, 50, 'odd'),
    tenant: fc.constantFrom<unknown>(...TENANTS, 5),
    msg: phrase,
    name: fc.constantFrom('backup', 'restore'),
    durationMs: fc.constantFrom<unknown>(0, 500, 500.5, 1000, '500', 'slow'),
    list: fc.array(word, { maxLength: 2 }),
    err: fc.record({ code: fc.constantFrom('ENOSPC', 'EIO') }),
  },
  { requiredKeys: [] },
);
const line = fc.oneof(
  { weight: 8, arbitrary: record.map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: record.map((each) => JSON.stringify(each).replaceAll('i', String.raw`\u0069`)) },
  { weight: 1, arbitrary: phrase },
  { weight: 1, arbitrary: phrase.map((text) => `{"msg": "${text}`) },
  { weight: 1, arbitrary: fc.constant('{"msg":"five hundred","n":5e2,"tenant":"hotel-a"}') },
);

/** The texts of a record, as anybody would collect them. */
function texts(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(texts);
  if (typeof value === 'string') return [value];
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}

const lower = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');
const isWordChar = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_]/u.test(char);

/** Whether words stand somewhere, with no letter before and after. Character by character. */
function hasWords(text: string, wanted: string): boolean {
  const [where, what] = [[...lower(text)], [...lower(wanted)]];
  return where.some((_, start) => {
    const fits = what.every((char, index) => where[start + index] === char);
    const opens = !isWordChar(what[0]) || !isWordChar(where[start - 1]);
    const closes = !isWordChar(what.at(-1)) || !isWordChar(where[start + what.length]);
    return fits && opens && closes;
  });
}

const fieldsOf = ({ fields }: Naive): string[] =>
  texts(Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'time')));
const textOf = (value: unknown): string => texts(value).join(' ');
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

const severity = ({ fields: { level } }: Naive): number | undefined =>
  typeof level === 'number' ? level : typeof level === 'string' ? SEVERITY[level] : undefined;

const inText = (text: string): Question => ({
  text: quoted(text),
  holds: (each) => fieldsOf(each).some((one) => hasWords(one, text)),
});

const simple: fc.Arbitrary<Question> = fc.oneof(
  { weight: 4, arbitrary: word.map(inText) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('disk full', 'full disk', 'hotel', 'enospc', 'back', 'five', 'İ', 'k', 'k\u212a')
      .map(inText),
  },
  phrase.map(inText),
  fc.constantFrom('di', 'isk', '00', 'e2', 'k').map((part) => ({
    text: `*${part}*`,
    holds: (each: Naive) => fieldsOf(each).some((one) => lower(one).includes(part)),
  })),
  fc.constantFrom('dis', 'hotel', '50').map((part) => ({
    text: `${part}*`,
    holds: (each: Naive) =>
      fieldsOf(each).some((one) =>
        [...lower(one)].some((_, at, chars) => chars.slice(at).join('').startsWith(part) && !isWordChar(chars[at - 1])),
      ),
  })),
  fc
    .constantFrom(...TENANTS)
    .map((tenant) => ({ text: `tenant=${tenant}`, holds: (each: Naive) => each.fields['tenant'] === tenant })),
  fc.constantFrom('ENOSPC', 'EIO').map((code) => ({
    text: `err.code=${code}`,
    holds: (each: Naive) => (each.fields['err'] as { code?: string } | undefined)?.code === code,
  })),
  word.map((one) => ({
    text: `list=${quoted(one)}`,
    holds: (each: Naive) => ((each.fields['list'] as string[] | undefined) ?? []).includes(one),
  })),
  fc.constantFrom<Level>('info', 'warn', 'error').map((level) => ({
    text: `level>=${level}`,
    holds: (each: Naive) => (severity(each) ?? -1) >= LEVELS[level],
  })),
  fc.constant({ text: 'level=odd', holds: (each: Naive) => each.fields['level'] === 'odd' }),
  fc.constant({ text: 'level=warn', holds: (each: Naive) => severity(each) === 40 }),
  fc.constantFrom(0, 500, 700).map((ms) => ({
    text: `durationMs>${ms}`,
    holds: ({ fields: { durationMs: own } }: Naive) => own !== undefined && Number(own) > ms,
  })),
  fc.constant({
    text: 'durationMs=500',
    holds: ({ fields: { durationMs: own } }: Naive) => own === 500 || own === '500',
  }),
  fc.constant({ text: 'n=500', holds: ({ fields: { n } }: Naive) => n === 500 }),
  fc.constant({ text: 'tenant=*', holds: ({ fields }: Naive) => fields['tenant'] !== undefined }),
  fc.constant({
    text: 'tenant=hotel-*',
    holds: ({ fields }: Naive) => textOf(fields['tenant']).startsWith('hotel-'),
  }),
  fc.constant({ text: 'msg~full', holds: ({ fields }: Naive) => lower(textOf(fields['msg'])).includes('full') }),
  fc.constant({ text: 'name!=backup', holds: ({ fields }: Naive) => fields['name'] !== 'backup' }),
);

const { question } = fc.letrec<{ question: Question }>((tie) => ({
  question: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    simple,
    fc
      .tuple(tie('question'), tie('question'))
      .map(([a, b]) => ({ text: `(${a.text} ${b.text})`, holds: (r: Naive) => a.holds(r) && b.holds(r) })),
    fc
      .tuple(tie('question'), tie('question'))
      .map(([a, b]) => ({ text: `(${a.text} OR ${b.text})`, holds: (r: Naive) => a.holds(r) || b.holds(r) })),
    tie('question').map((a) => ({ text: `NOT ${a.text}`, holds: (r: Naive) => !a.holds(r) })),
  ),
}));

const FILES = [
  '2026-11-28.web_1-1-aaaaaa.000001.jsonl',
  '2026-11-28.web_1-1-aaaaaa.000002.jsonl',
  '2026-11-28.web_2-2-bbbbbb.000001.jsonl',
];

/** What every record is, read without any of the code that is tried. */
function naive(contents: readonly (readonly string[])[]): Naive[] {
  return contents.flatMap((lines, index) => {
    let [offset, atMs] = [0, DAY];
    return lines.map((text): Naive => {
      let fields: Record<string, unknown> = { msg: text };
      try {
        const value: unknown = JSON.parse(text);
        // `500` alone is JSON, and no record.
        if (typeof value === 'object') fields = value as Record<string, unknown>;
      } catch {
        // A text.
      }
      const { time } = fields;
      if (time !== undefined) atMs = typeof time === 'number' ? time : Date.parse(textOf(time));
      const own = { file: FILES[index] ?? '', offset, line: text, fields, atMs };
      offset += Buffer.byteLength(text) + 1;
      return own;
    });
  });
}

function sorted(records: readonly Naive[], order: 'newest' | 'oldest'): Naive[] {
  const up = records.toSorted(
    (a, b) => a.atMs - b.atMs || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.offset - b.offset),
  );
  return order === 'oldest' ? up : up.toReversed();
}

test(
  'a search gives exactly what a naive filter over all records gives, from open, closed and compressed files, page by page',
  { timeout: 240_000 },
  async () => {
    const contents = fc.array(fc.array(line, { minLength: 4, maxLength: 16, size: 'max' }), {
      minLength: 3,
      maxLength: 3,
    });
    const period = fc.option(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 })), {
      nil: undefined,
    });
    const options = fc.record({
      order: fc.constantFrom('newest' as const, 'oldest' as const),
      limit: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
      period,
    });
    await fc.assert(
      fc.asyncProperty(
        contents,
        fc.array(fc.tuple(question, options), { minLength: 6, maxLength: 6 }),
        async (files, asked) => {
          const directory = await newFolder();
          await mkdir(join(directory, 'structured'));
          for (const [index, lines] of files.entries()) {
            await writeFile(
              join(directory, 'structured', FILES[index] ?? ''),
              lines.map((each) => `${each}\n`).join(''),
            );
          }
          const records = naive(files);
          const logs = await openLogs({ directory, host: 'web-2' });
          const check = async (): Promise<void> => {
            for (const [{ text, holds }, { order, limit, period: range }] of asked) {
              const [fromMs, toMs] = range === undefined ? [] : [DAY + range[0], DAY + range[1]];
              const expected = sorted(records.filter(holds), order).filter(
                ({ atMs }) => (fromMs === undefined || atMs >= fromMs) && (toMs === undefined || atMs < toMs),
              );
              const paged: FoundRecord[] = [];
              for (let after: string | undefined; ;) {
                const query: SearchOptions = { order, limit, fromMs, toMs, after };
                const page = await all(logs.search(text, query));
                paged.push(...page);
                after = page.at(-1)?.cursor;
                if (limit === undefined || page.length < limit) break;
              }
              expect(
                paged.map((each) => [each.file, each.line]),
                text,
              ).toEqual(expected.map((each) => [each.file, each.line]));
            }
          };
          await check();
          // The first file has a successor of the same writer, and is closed: it has an index now.
          await logs.tidy();
          await check();
          await logs.close();
        },
      ),
      { numRuns: 40 },
    );
  },
);
