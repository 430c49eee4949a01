import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderSync } from '../../src/fs/folder-sync.ts';
import { tempFolder } from '../temp-folder.ts';

/** Syncs that end when told, in a log. */
function scripted(): { sync: (path: string) => Promise<void>; log: string[]; end: (error?: Error) => void } {
  const log: string[] = [];
  const running: PromiseWithResolvers<void>[] = [];
  const sync = folderSync(async (path) => {
    log.push(path);
    const turn = Promise.withResolvers<void>();
    running.push(turn);
    await turn.promise;
  });
  const end = (error?: Error): void => {
    const turn = running.shift();
    if (error === undefined) turn?.resolve();
    else turn?.reject(error);
  };
  return { sync, log, end };
}

const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('calls that wait share one sync, and none shares one that has already started', async () => {
  const { sync, log, end } = scripted();
  const done: string[] = [];
  const call = (name: string): Promise<number> => sync('a').then(() => done.push(name));
  const first = [call('first'), call('beside it')];
  await settle();
  expect(log).toEqual(['a']);
  const second = [call('second'), call('third')];
  await settle();
  expect(log).toEqual(['a']);
  end();
  await Promise.all(first);
  await settle();
  expect(done).toEqual(['first', 'beside it']);
  expect(log).toEqual(['a', 'a']);
  const third = call('fourth');
  await settle();
  end();
  await Promise.all(second);
  await settle();
  expect(log).toEqual(['a', 'a', 'a']);
  end();
  await third;
});

test('folders do not wait for each other', async () => {
  const { sync, log, end } = scripted();
  const both = [sync('a'), sync('b')];
  await settle();
  expect(log).toEqual(['a', 'b']);
  end();
  end();
  await Promise.all(both);
});

test('a failed sync fails those who waited for it, and not those after them', async () => {
  const { sync, end } = scripted();
  const first = sync('a');
  await settle();
  const second = sync('a');
  const error = new Error('disk gone');
  end(error);
  await expect(first).rejects.toBe(error);
  await settle();
  end();
  await second;
});

test('a real folder is synced, and a missing one is an error', async () => {
  const folder = await tempFolder();
  await folderSync()(folder);
  await expect(folderSync()(join(folder, 'missing'))).rejects.toThrow('ENOENT');
});
