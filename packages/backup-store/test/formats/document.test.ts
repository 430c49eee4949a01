import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { memoryStore, type ObjectStore } from '@x/storage';
import { describe, expect, it } from 'vitest';

import { createCutter, nextCut } from '../../src/chunker/cut.ts';
import { gearTable } from '../../src/chunker/gear.ts';
import { openRepository, type Unlock } from '../../src/index.ts';
import { tempFolder } from '../fixtures/place.ts';
import { type Example, makeExample, objectsAfterRound } from './make-example.ts';
import { chunkData, chunkKey, chunkLengths, gear } from './other-values.ts';
import { workedExample } from './worked-example.ts';

const fixture = fileURLToPath(new URL('example-repository.json', import.meta.url));
const document = fileURLToPath(new URL('../../../../docs/formats/repository.md', import.meta.url));
const CHAPTER = /(?<=<!-- example: begin -->\n\n).*(?=\n\n<!-- example: end -->)/su;

// The format has changed: `UPDATE_EXAMPLE=1 vitest run test/formats`, as root on Linux, makes example and chapter anew.
if (process.env['UPDATE_EXAMPLE'] === '1') {
  const example = await makeExample();
  writeFileSync(fixture, `${JSON.stringify(example, undefined, 2)}\n`);
  writeFileSync(
    document,
    readFileSync(document, 'utf8').replace(CHAPTER, () => workedExample(example)),
  );
}

const example = JSON.parse(readFileSync(fixture, 'utf8')) as Example;

async function exampleStore(objects: Example['objects'] = example.objects): Promise<ObjectStore> {
  const store = memoryStore();
  for (const [key, object] of Object.entries(objects)) {
    await store.createIfAbsent(key, Buffer.from(object, 'base64'));
  }
  return store;
}

describe('docs/formats/repository.md', () => {
  it('takes the example apart as it is stored, value by value', () => {
    expect(CHAPTER.exec(readFileSync(document, 'utf8'))?.[0]).toBe(workedExample(example));
  });

  it('cuts chunks as the engine does', () => {
    const data = chunkData();
    const cutter = createCutter(gearTable(chunkKey));
    const lengths: number[] = [];
    for (let start = 0; start < data.length; start += lengths.at(-1) as number) {
      lengths.push(nextCut(data, start, data.length, cutter) - start);
    }
    expect([...cutter.gear].map((value) => value >>> 0)).toEqual(gear(chunkKey));
    expect(chunkLengths(data, gear(chunkKey))).toEqual(lengths);
  });
});

describe('the example repository', () => {
  it.each(['key file', 'recovery code', 'passphrase'])('opens with its %s', async (secret) => {
    const folder = tempFolder();
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, example.keyFile);
    const { recoveryCode, passphrase } = example;
    const unlock: Unlock =
      secret === 'key file' ? { keyFile } : secret === 'passphrase' ? { passphrase } : { recoveryCode };
    await using repository = await openRepository({ store: await exampleStore(), cacheDirectory: folder, unlock });
    expect(await repository.snapshots()).toMatchObject([{ name: 'first', note: 'naïve ☃ "quoted"', host: 'example' }]);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  });

  it('is whole after its round of garbage collection', async () => {
    const store = await exampleStore(objectsAfterRound(example));
    const unlock = { recoveryCode: example.recoveryCode };
    await using repository = await openRepository({ store, cacheDirectory: tempFolder(), unlock });
    expect(await repository.snapshots()).toMatchObject([{ name: 'second' }]);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
    expect(await repository.planPrune()).toMatchObject({ tenants: [{ epoch: 2, delete: [] }] });
  });

  it.runIf(process.platform === 'linux')('comes back as the document says', async () => {
    const folder = tempFolder();
    const out = join(folder, 'out');
    const unlock = { recoveryCode: example.recoveryCode };
    await using repository = await openRepository({ store: await exampleStore(), cacheDirectory: folder, unlock });
    expect(await repository.restore({ snapshot: 'first', to: out })).toMatchObject({ status: 'ok', problems: [] });
    const at = (name: string): Buffer => Buffer.from(join(out, 'tmp/holdfast-example/notes', name), 'latin1');
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('hello, holdfast\n'.repeat(20));
    expect(readFileSync(at('before-1970'))).toHaveLength(0);
    expect(readFileSync(at('caf\xe9'), 'utf8')).toBe('a name that is not UTF-8\n');
    expect(readlinkSync(at('sub/link'))).toBe('../a.txt');
    expect(lstatSync(at('sub/b.txt')).ino).toBe(lstatSync(at('a.txt')).ino);
    const modes = { '': 0o755, 'a.txt': 0o644, 'before-1970': 0o600, sub: 0o750 };
    for (const [name, mode] of Object.entries(modes)) expect(lstatSync(at(name)).mode & 0o7777, name).toBe(mode);
    const times = {
      '': 1_735_700_649e9,
      'a.txt': 1_735_700_645_123_456_789n,
      'before-1970': -5e8,
      sub: 1_735_700_648e9,
    };
    for (const [name, time] of Object.entries(times)) {
      const late = lstatSync(at(name), { bigint: true }).mtimeNs - BigInt(time);
      expect(late > -1000n && late < 1000n, `${name}: ${late} ns`).toBe(true);
    }
  });
});
