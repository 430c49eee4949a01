// Writing beside pino, and searching beside grep, in one run: `node --conditions=source packages/logging/bench/logs.ts`.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openLogs, type SearchOptions } from '../src/index.ts';

const RECORDS = 200_000;
const TENANTS = 20;
const folder = await mkdtemp(join(process.env['HOLDFAST_BENCH'] ?? tmpdir(), 'bench-logs-'));
const pinoFile = join(folder, 'pino.ndjson');

/** A record as services write them: some fields, an id of its own, and now and then something that is looked for. */
function fieldsOf(index: number): { fields: Record<string, unknown>; text: string } {
  const id = (Math.imul(index, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
  const fields = {
    tenant: `hotel-${index % TENANTS}`,
    correlationId: `${id}-${index}`,
    durationMs: index % 977,
    route: '/rooms/:id/bookings',
  };
  return { fields, text: index === 123_456 ? 'disk full while booking' : 'request was answered' };
}

async function seconds(run: () => unknown): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

const rate = (taken: number): string => `${Math.round(RECORDS / taken / 1000)} 000 records/s`;
const logs = await openLogs({ directory: folder, maxBufferBytes: 64 * 1024 * 1024 });

const ours = await seconds(async () => {
  for (let index = 0; index < RECORDS; index++) {
    const { fields, text } = fieldsOf(index);
    if (!logs.logger.info(text, fields)) await logs.drained();
  }
  await logs.flush();
});
const theirs = await seconds(async () => {
  const destination = pino.destination({ dest: pinoFile, sync: false, minLength: 8192 });
  const log = pino({ redact: ['password', '*.password', 'headers.authorization', 'headers.cookie'] }, destination);
  for (let index = 0; index < RECORDS; index++) {
    const { fields, text } = fieldsOf(index);
    log.info(fields, text);
    // So that what waits does not only grow: as ours does.
    if (index % 10_000 === 9999) await new Promise((resolve) => setImmediate(resolve));
  }
  destination.end();
  await once(destination, 'close');
});
console.log(`write      holdfast ${rate(ours)}, pino ${rate(theirs)}: ${(ours / theirs).toFixed(2)} times as long`);

const audited = 2000;
const alone = await seconds(async () => {
  for (let index = 0; index < 100; index++) await logs.audit.append({ name: 'room.booked', details: { index } });
});
const together = await seconds(async () =>
  Promise.all(
    Array.from({ length: audited }, async (_, index) => logs.audit.append({ name: 'room.booked', details: { index } })),
  ),
);
console.log(
  `audit      ${Math.round(100 / alone)} events/s one after the other, ${Math.round(audited / together)} at once, each durable`,
);

// What closes files by itself a little later.
await logs.tidy();
const sizes = await Promise.all(
  (await readdir(join(folder, 'structured'))).map(async (name) => (await stat(join(folder, 'structured', name))).size),
);
const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
console.log(
  `stored     holdfast ${mib(sizes.reduce((sum, each) => sum + each, 0))} with indexes, pino ${mib((await stat(pinoFile)).size)}`,
);

async function compare(name: string, query: string, options: SearchOptions, pattern: readonly string[]): Promise<void> {
  let found = 0;
  const search = logs.search(query, options);
  const mine = await seconds(async () => {
    for await (const _ of search) found += 1;
  });
  let count = 0;
  const grep = await seconds(() => {
    const { stdout } = spawnSync(
      'sh',
      ['-c', `grep ${pattern.map((part) => `'${part}'`).join(' ')} '${pinoFile}' | wc -l`],
      { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } },
    );
    count = Number(stdout);
  });
  const { files, skipped } = search.report;
  console.log(
    `${name.padEnd(10)} holdfast ${(mine * 1000).toFixed(0)} ms (${found}; ${skipped} of ${files} files not read), grep ${(grep * 1000).toFixed(0)} ms (${count}): ${(mine / grep).toFixed(2)} times as long`,
  );
}

await compare('rare word', '"disk full"', {}, ['-i', 'disk full']);
await compare(
  'one id',
  `correlationId=${(Math.imul(777, 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}-777`,
  {},
  ['-F', `${(Math.imul(777, 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}-777`],
);
await compare('no match', '"never said"', {}, ['-i', 'never said']);
await compare('a tenant', 'tenant=hotel-7', {}, ['-F', '"tenant":"hotel-7"']);
await compare('numbers', 'tenant=hotel-7 durationMs>970', {}, ['-E', '"tenant":"hotel-7".*"durationMs":97[1-9]']);
await compare('last 100', 'tenant=hotel-7', { limit: 100 }, ['-F', '"tenant":"hotel-7"']);
await logs.close();
await rm(folder, { recursive: true });
