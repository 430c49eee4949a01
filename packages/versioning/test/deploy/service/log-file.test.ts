import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastLines } from '../../../src/deploy/service/log-file.ts';
import { serviceLogs } from '../../../src/deploy/service/service-logs.ts';
import { all, scratch } from './fixtures/scripted.ts';

describe('the last lines of a file', () => {
  it('are those that reading all of it gives', async () => {
    const path = join(scratch(), 'log');
    const line = fc.string({ unit: fc.constantFrom('a', 'ü', ' '), maxLength: 40 });
    const longLine = fc.integer({ min: 60_000, max: 140_000 }).map((length) => 'x'.repeat(length));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 9, arbitrary: line }, { weight: 1, arbitrary: longLine }), { maxLength: 20 }),
        fc.nat(12),
        fc.boolean(),
        async (lines, count, hasEnd) => {
          const text = lines.join('\n') + (hasEnd && lines.length > 0 ? '\n' : '');
          writeFileSync(path, text);
          const expected = text.split('\n');
          if (expected.at(-1) === '') expected.pop();
          expect(await lastLines(path, count)).toEqual(count === 0 ? [] : expected.slice(-count));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of a large file are read from its end, and a line without an end does not fill the memory', async () => {
    const path = join(scratch(), 'log');
    writeFileSync(path, 'x'.repeat(3_000_000));
    const [line = ''] = await lastLines(path, 5);
    expect(line.length).toBeLessThan(1_200_000);
    expect(await lastLines(join(scratch(), 'none'), 5)).toEqual([]);
  });
});

describe('the logs of a service', () => {
  it('are as many lines as were asked for, half of each file, or what the other leaves', async () => {
    const folder = scratch();
    const files = { stdout: join(folder, 'out.log'), stderr: join(folder, 'err.log') };
    const write = (out: number, error: number): void => {
      writeFileSync(files.stdout, Array.from({ length: out }, (_, i) => `o${i}\n`).join(''));
      writeFileSync(files.stderr, Array.from({ length: error }, (_, i) => `e${i}\n`).join(''));
    };
    write(9, 9);
    expect(await all(serviceLogs(files, { lines: 4 }))).toEqual(['o7', 'o8', 'e7', 'e8']);
    write(9, 1);
    expect(await all(serviceLogs(files, { lines: 4 }))).toEqual(['o6', 'o7', 'o8', 'e0']);
    write(1, 9);
    expect(await all(serviceLogs(files, { lines: 4 }))).toEqual(['o0', 'e6', 'e7', 'e8']);
    write(1, 1);
    expect(await all(serviceLogs(files, { lines: 4 }))).toEqual(['o0', 'e0']);
    expect(await all(serviceLogs({ stdout: files.stdout, stderr: files.stdout }, { lines: 4 }))).toEqual(['o0']);
  });

  it('are followed over rotation, truncation and a file that comes late, until it is aborted', async () => {
    const folder = scratch();
    const files = { stdout: join(folder, 'out.log'), stderr: join(folder, 'err.log') };
    writeFileSync(files.stdout, '1\n2\n3\n');
    const abort = new AbortController();
    const seen: string[] = [];
    const following = (async (): Promise<void> => {
      for await (const line of serviceLogs(files, { lines: 4, follow: true, signal: abort.signal })) seen.push(line);
    })();
    const sees = (line: string): Promise<void> => expect.poll(() => seen, { timeout: 20_000 }).toContain(line);
    await sees('3');
    appendFileSync(files.stdout, 'half');
    appendFileSync(files.stdout, ' a line\n');
    await sees('half a line');
    appendFileSync(files.stdout, 'the last of the old one\n');
    renameSync(files.stdout, join(folder, 'out.log.1'));
    writeFileSync(files.stdout, 'the first of the new one\n');
    await sees('the first of the new one');
    truncateSync(files.stdout, 0);
    appendFileSync(files.stdout, 'anew\n');
    await sees('anew');
    writeFileSync(files.stderr, 'an error\n');
    await sees('an error');
    expect(seen).toEqual([
      '2',
      '3',
      'half a line',
      'the last of the old one',
      'the first of the new one',
      'anew',
      'an error',
    ]);
    abort.abort(new Error('enough'));
    await expect(following).rejects.toThrow('enough');
  });

  it('are left when nobody wants more', async () => {
    const folder = scratch();
    const files = { stdout: join(folder, 'out.log'), stderr: join(folder, 'err.log') };
    writeFileSync(files.stdout, '1\n2\n');
    for await (const line of serviceLogs(files, { follow: true })) if (line === '2') break;
    await expect(all(serviceLogs(files, { signal: AbortSignal.abort(new Error('enough')) }))).rejects.toThrow('enough');
  });
});
