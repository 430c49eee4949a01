/**
 * What each compression profile costs and stores, on folders of your own: first backups to a store in memory, each in a process of its
 * own, profiles taking turns. Prints medians of processor seconds (which other work on the machine changes least) and bytes.
 *
 *     node --conditions=source bench/profiles.ts [--runs 5] [--profiles fast,balanced,auto] [--bytes-per-second N] FOLDER...
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { memoryStore, type ObjectStore } from '@x/storage';
import { type CompressionProfile, createRepository } from '../src/index.ts';

interface Figures {
  readonly cpuS: number;
  readonly wallS: number;
  readonly stored: number;
  readonly contents: readonly unknown[];
}

/** A store behind a line that takes so many bytes a second, over all writes. */
function throttled(store: ObjectStore, bytesPerSecond: number): ObjectStore {
  let free = performance.now();
  const slow = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of body) {
      free = Math.max(free, performance.now()) + (piece.length / bytesPerSecond) * 1000;
      await delay(free - performance.now());
      yield piece;
    }
  };
  const createIfAbsent: ObjectStore['createIfAbsent'] = async (key, body, options) =>
    await store.createIfAbsent(key, body instanceof Uint8Array ? body : slow(body), options);
  return { ...store, createIfAbsent };
}

async function once(folder: string, compression: CompressionProfile, bytesPerSecond: number): Promise<Figures> {
  const cache = mkdtempSync(join(tmpdir(), 'holdfast-profiles-'));
  try {
    const memory = memoryStore();
    const store = bytesPerSecond > 0 ? throttled(memory, bytesPerSecond) : memory;
    const { repository } = await createRepository({
      store,
      cacheDirectory: join(cache, 'cache'),
      keyFile: join(cache, 'key'),
      recoveryCode: false,
    });
    const before = process.cpuUsage();
    const begun = performance.now();
    const { counts, contents } = await repository.backup({ paths: [folder], compression });
    const { user, system } = process.cpuUsage(before);
    const wallS = (performance.now() - begun) / 1000;
    await repository.close();
    return { cpuS: (user + system) / 1e6, wallS, stored: counts.bytesStored, contents };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    profiles: { type: 'string', default: 'fast,balanced,auto' },
    'bytes-per-second': { type: 'string', default: '0' },
    once: { type: 'string' },
  },
});
const perSecond = Number(values['bytes-per-second']);

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;

function inProcess(folder: string, profile: string): Figures {
  const self = [...process.execArgv, fileURLToPath(import.meta.url)];
  const args = [...self, '--once', profile, '--bytes-per-second', String(perSecond), folder];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 })) as Figures;
}

if (values.once === undefined) {
  const profiles = values.profiles.split(',');
  for (const folder of positionals) {
    const runs = new Map<string, Figures[]>(profiles.map((profile) => [profile, []]));
    for (let run = 0; run < Number(values.runs); run++)
      for (const profile of profiles) runs.get(profile)?.push(inProcess(folder, profile));
    for (const [profile, all] of runs) {
      const cpu = median(all.map(({ cpuS }) => cpuS)).toFixed(2);
      const wall = median(all.map(({ wallS }) => wallS)).toFixed(2);
      const stored = (median(all.map(({ stored: bytes }) => bytes)) / 1e6).toFixed(2);
      console.log(`${basename(folder)}\t${profile}\t${cpu} s of processors\t${wall} s\t${stored} MB`);
    }
  }
} else {
  const figures = await once(positionals[0] ?? '', values.once, perSecond);
  console.log(JSON.stringify(figures));
}
