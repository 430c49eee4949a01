import { appendFile, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLogs, parseQuery } from '../../src/index.ts';
import { all, newFolder, newLogs } from '../fixtures/folders.ts';

/** A folder with lines of somebody else, in a file that gets no more lines, and an empty one after it. */
async function foreign(lines: readonly string[]): Promise<string> {
  const directory = await newFolder();
  const folder = join(directory, 'structured');
  await mkdir(folder);
  await writeFile(join(folder, '2026-11-28.old-1-aaaaaa.000001.jsonl'), lines.map((line) => `${line}\n`).join(''));
  await writeFile(join(folder, '2026-11-28.old-1-aaaaaa.000002.jsonl'), '');
  return directory;
}

describe('a query finds what it says, also in compressed files that have an index', () => {
  const time = '"time":"2026-11-28T01:00:00Z"';
  const cases: readonly (readonly [query: string, line: string, found: boolean])[] = [
    ['disk', '"msg":"Disk full"', true],
    ['disk', '"msg":"ramdisk"', false],
    ['disk', '"msg":"disks"', false],
    ['*disk', '"msg":"ramdisk"', true],
    ['*isk*', '"msg":"disks"', true],
    ['dis*', '"msg":"disks"', true],
    ['"disk full"', '"msg":"the DISK FULL again"', true],
    ['"disk full"', '"msg":"disk is full"', false],
    ['"*disk"', '"msg":"ramdisk"', false],
    ['disk', String.raw`"msg":"\u0064isk"`, true],
    ['kelvin', '"msg":"\u212aelvin"', true],
    ['i\u0307n', '"msg":"\u0130N"', true],
    ['500', '"n":5e2', true],
    ['50*', '"n":5e2', true],
    ['n=5e2', '"n":500', true],
    ['n=500', '"n":"5e2"', false],
    ['n>499 n<=500', '"n":500', true],
    ['n>4', '"n":"10"', true],
    ['n>b', '"n":"c"', true],
    ['true', '"ok":true', true],
    ['ok=true', '"ok":true', true],
    ['level>=warn', '"level":40', true],
    ['level>=warn', '"level":"WARN"', true],
    ['level>=warn', '"level":"info"', false],
    ['level=audit', '"level":"audit"', true],
    ['err.code=ENOSPC', '"err":{"code":"ENOSPC"}', true],
    ['a.b=1', '"a.b":1', true],
    ['host=web-1', '"hostname":"web-1"', true],
    ['tags=blue', '"tags":["red","blue"]', true],
    ['a!=1', '"b":2', true],
    ['-a=1', '"a":1', false],
    ['a=1 OR b=2', '"b":2', true],
    ['NOT (a=1 OR b=2)', '"b":2', false],
    ['a=*', '"a":null', true],
    ['a=b*', '"a":"bc"', true],
    ['a="b*"', '"a":"bc"', false],
    ['a~"l F"', '"a":"Full flush"', true],
    ['time>=2026-11-28T01:00:00Z time<2026-11-28T02:00:00Z', '"a":1', true],
    ['time>2026-11-28T01:00:00Z', '"a":1', false],
    ['2026', '"a":1', false],
    ['a=Infinity', '"a":1e999', true],
  ];
  test.each(cases)('%s in {%s}: %s', async (query, line, found) => {
    const directory = await foreign([`{"x":1}`, `{${time},${line}}`].slice(1));
    const logs = await openLogs({ directory });
    const count = async (): Promise<number> => (await all(logs.search(query))).length;
    await expect(count()).resolves.toBe(found ? 1 : 0);
    await logs.tidy();
    await expect(readdir(join(directory, 'structured'))).resolves.toContain('2026-11-28.old-1-aaaaaa.000001.jsonl.zst');
    await expect(count()).resolves.toBe(found ? 1 : 0);
    await logs.close();
  });
});

test.each([
  ['level>=', 'a value after'],
  ['level>=loud', 'a level'],
  ['time>soon', 'a time'],
  ['(a=1', '")"'],
  ['a=1)', 'an end'],
  ['a OR', 'a condition'],
  ['"open', 'a closing quotation mark'],
  ['*', 'a text that is not empty'],
  ['(('.repeat(200), 'at most 100 levels'],
  ['a '.repeat(3000), 'at most 4096 characters'],
])('the query %j is refused, and says where', (query, message) => {
  expect(() => parseQuery(query)).toThrow(
    expect.objectContaining({ code: 'INVALID_QUERY', message: expect.stringContaining(message) as string }) as Error,
  );
});

test('lines that are no JSON are found as text, at the time of the line before, and counted', async () => {
  const directory = await foreign([
    '{"time":1795914000000,"msg":"first"}',
    'Error: disk full',
    '    at work (a.js:1)',
    '',
    '{"broken": "disk',
  ]);
  const logs = await openLogs({ directory });
  const search = logs.search('disk', { order: 'oldest' });
  const found = await all(search);
  expect(found).toMatchObject([
    { message: 'Error: disk full', unparsable: true, time: new Date(1_795_914_000_000).toISOString() },
    { message: '{"broken": "disk', unparsable: true },
  ]);
  expect(search.report).toMatchObject({ files: 2, records: 4, unparsable: 3, unreadable: [] });
  await logs.close();
});

test('files without a tenant, a word or a time are not read', async () => {
  const { logs } = await newLogs({ maxFileBytes: 16_384 });
  for (let index = 0; index < 400; index++) {
    logs.logger.info(index === 7 ? 'the seventh' : 'a line of some length, so that files fill', {
      index,
      tenant: index < 100 ? 'hotel-a' : 'hotel-b',
    });
    if (index % 20 === 19) await logs.flush();
  }
  await logs.tidy();
  for (const query of ['seventh', 'index=7', 'tenant=hotel-a seventh']) {
    const search = logs.search(query);
    expect(await all(search)).toHaveLength(1);
    expect(search.report.skipped).toBeGreaterThanOrEqual(search.report.files - 3);
  }
});

test('an index that is not of the file as it is now is not believed', async () => {
  const directory = await foreign(['{"msg":"old"}']);
  const logs = await openLogs({ directory });
  await logs.tidy();
  const path = join(directory, 'structured', '2026-11-28.old-1-aaaaaa.000001.jsonl.zst');
  const other = await foreign(['{"msg":"new"}']);
  const otherLogs = await openLogs({ directory: other });
  await otherLogs.tidy();
  await writeFile(path, await readFile(join(other, 'structured', '2026-11-28.old-1-aaaaaa.000001.jsonl.zst')));
  expect(await all(logs.search('new'))).toHaveLength(1);
  await logs.tidy();
  // A copy has another time, and is the same file: its index counts.
  await utimes(path, 1, 1);
  const search = logs.search('old');
  expect(await all(search)).toEqual([]);
  expect(search.report.skipped).toBe(1);
  await Promise.all([logs.close(), otherLogs.close()]);
});

test('a compressed file that is damaged is named, and the others are searched', async () => {
  const directory = await foreign(['{"msg":"lost"}']);
  const logs = await openLogs({ directory });
  await logs.tidy();
  const path = join(directory, 'structured', '2026-11-28.old-1-aaaaaa.000001.jsonl.zst');
  await writeFile(path, 'not zstd');
  logs.logger.info('still there');
  await logs.flush();
  const search = logs.search();
  expect(await all(search)).toMatchObject([{ message: 'still there' }]);
  expect(search.report.unreadable).toEqual([path]);
  await logs.close();
});

test('following gives records as they are written, over the ends of files', { timeout: 240_000 }, async () => {
  const { logs, directory, time } = await newLogs({ flushMs: 5 });
  logs.logger.info('before');
  await logs.flush();
  const stop = new AbortController();
  const seen: unknown[] = [];
  const following = (async () => {
    for await (const { message, fields } of logs.follow('level>=warn', { signal: stop.signal })) {
      seen.push(message ?? fields);
      if (seen.length === 4) stop.abort();
    }
  })();
  const write = async (text: string): Promise<void> => {
    logs.logger.info('unwanted');
    logs.logger.warn(text);
    await logs.flush();
    await new Promise((resolve) => setTimeout(resolve, 300));
  };
  await new Promise((resolve) => setTimeout(resolve, 100));
  await write('one');
  time.ms += 86_400_000;
  await write('two');
  await logs.tidy();
  time.ms += 86_400_000;
  await write('three');
  await appendFile(
    join(directory, 'structured', '2026-12-01.other-1-aaaaaa.000001.jsonl'),
    '{"level":50,"msg":"four"}\n',
  );
  await following;
  expect(seen).toEqual(['one', 'two', 'three', 'four']);
});

test('a cursor of nowhere, and a limit that is none, are refused', async () => {
  const { logs } = await newLogs();
  expect(() => logs.search('', { after: 'x' })).toThrow(expect.objectContaining({ code: 'INVALID_CURSOR' }) as Error);
  expect(() => logs.search('', { limit: -1 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
});
