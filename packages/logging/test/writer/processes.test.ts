import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openLogs } from '../../src/index.ts';
import { all, newFolder } from '../fixtures/folders.ts';

const COUNT = 1500;

test(
  'processes that log into one folder, and close each other’s files meanwhile, lose nothing',
  { timeout: 240_000 },
  async () => {
    const directory = await newFolder();
    const script = fileURLToPath(new URL('writing.ts', import.meta.url));
    const children = ['one', 'two'].map((name) =>
      spawn(process.execPath, [script, directory, name, String(COUNT)], { stdio: 'inherit' }),
    );
    let running = children.length;
    const ended = Promise.all(children.map(async (child) => once(child, 'exit').then(() => (running -= 1))));
    const logs = await openLogs({ directory });
    let seen = 0;
    while (running > 0) {
      await logs.tidy();
      const search = logs.search('name=one OR name=two');
      const { length } = await all(search);
      // What was there once stays, whatever happens to its file.
      expect(length).toBeGreaterThanOrEqual(seen);
      expect(search.report.unreadable).toEqual([]);
      seen = length;
    }
    await ended;
    const found = await all(logs.search('', { order: 'oldest' }));
    const numbers = (name: string): unknown[] =>
      found.filter((each) => each.name === name).map(({ fields }) => fields['index']);
    for (const name of ['one', 'two'])
      expect(numbers(name).toSorted((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: COUNT }, (_, index) => index),
      );
    await logs.close();
  },
);
