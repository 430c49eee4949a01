// Many tenants at once, beside one tenant that has as much as all of them, and beside one of them alone: what is read a second, and processor time.
// Usage (after a build): node packages/backup-store/bench/tenants.ts [--tenants 32] [--mib 24] [--runs 3] [--backups 1] [--store memory]
// By default the store is a folder, in a memory file system where there is one; `--store memory` keeps objects in the process itself.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { memoryStore, openStore } from '@x/storage';

const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '32' },
    mib: { type: 'string', default: '24' },
    backups: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    store: { type: 'string', default: 'folder' },
  },
});
const [tenants, mib, runs] = [Number(values.tenants), Number(values.mib), Number(values.runs)];
const { createRepository } = (await import(
  new URL('../dist/index.js', import.meta.url).href
)) as typeof import('@x/backup-store');

/** Text like that of records: words that come back, and ids that do not. */
function content(bytes: number): Buffer {
  const lines: string[] = [];
  const ids = randomBytes(bytes / 8);
  for (let length = 0; length < bytes;) {
    const line = `{"id":"${ids.toString('hex', lines.length * 8, lines.length * 8 + 8)}","room":${lines.length % 300},"status":"booked","note":"late arrival"}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join(''));
}

type Way = 'one' | 'alone' | 'many';

const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'holdfast-bench-'));
const median = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number;

/** Seconds and processor seconds of some work. */
async function timed(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
}

try {
  const parts = Array.from({ length: tenants }, (_, i) => join(folder, 'data', String(i)));
  for (const part of parts) {
    mkdirSync(part, { recursive: true });
    // A database, some documents, many small files.
    writeFileSync(join(part, 'records.jsonl'), content((mib * 1024 * 1024) / 2));
    for (let i = 0; i < 64; i++) writeFileSync(join(part, `asset-${i}`), content((mib * 1024 * 1024) / 128));
  }
  const results: Record<Way, { wall: number; cpu: number }[]> = { one: [], alone: [], many: [] };
  for (let run = 0; run < runs; run++) {
    for (const way of ['one', 'alone', 'many'] as const) {
      const { repository } = await createRepository({
        store: values.store === 'memory' ? memoryStore() : await openStore(join(folder, `store-${way}-${run}`)),
        passphrase: 'bench',
        recoveryCode: false,
        performance: { backups: Number(values.backups) },
        cacheDirectory: join(folder, `cache-${way}-${run}`),
      });
      // Tenants are there before they are backed up.
      for (let i = 0; way === 'many' && i < tenants; i++) await repository.tenants.add(`t${i}`);
      results[way].push(
        await timed(async () =>
          way === 'many'
            ? await Promise.all(parts.map((part, i) => repository.backup({ tenant: `t${i}`, paths: [part] })))
            : await repository.backup({ paths: way === 'one' ? [join(folder, 'data')] : parts.slice(0, 1) }),
        ),
      );
      await repository.close();
      rmSync(join(folder, `store-${way}-${run}`), { recursive: true, force: true });
    }
  }
  console.log(`| ${tenants} tenants of ${mib} MiB | MiB/s | processor, s |\n| --- | ---: | ---: |`);
  for (const [way, name] of [
    ['one', 'one tenant with as much as all'],
    ['alone', 'one of them alone'],
    ['many', 'all at once'],
  ] as const) {
    const bytes = way === 'alone' ? mib : tenants * mib;
    const [wall, cpu] = [median(results[way].map((each) => each.wall)), median(results[way].map((each) => each.cpu))];
    console.log(`| ${name} | ${(bytes / wall).toFixed(0)} | ${cpu.toFixed(2)} |`);
  }
  const ratioTo = (way: Way, share: number): string =>
    median(results.many.map((each, i) => (share * (results[way][i]?.wall ?? 0)) / each.wall)).toFixed(2);
  console.log(`\nRate of all at once / rate of one with as much: ${ratioTo('one', 1)}`);
  console.log(`Rate of all at once / rate of one of them alone: ${ratioTo('alone', tenants)}`);
  console.log(`Peak memory: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
