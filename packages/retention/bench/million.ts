// What plans of a million items, and of a hundred times the histories of kopia and restic, take. Each row is the median of
// three processes, taken in turn: node --conditions=source packages/retention/bench/million.ts [ROW] [OTHER/src/index.ts]
// OTHER is another version of this package, which then runs in turn with this one.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { PlanOptions, planRetention, RetentionItem, RetentionPolicy } from '../src/index.ts';

interface Row {
  readonly items: () => RetentionItem[];
  readonly policy: RetentionPolicy;
  readonly options?: Partial<PlanOptions>;
}

/** Times in ms. The first plan of a process is also compiled; the others are what a service sees. */
interface Result {
  readonly kept: number;
  readonly first: number;
  readonly firstProcessor: number;
  readonly later: number;
  readonly laterProcessor: number;
  /** Peak memory in MiB: of the process with its items, and after the first plan. */
  readonly before: number;
  readonly after: number;
}

const NOW = Date.UTC(2026, 5, 30, 12);
const MILLION = 1_000_000;
const HOUR = 3_600_000;
const PROCESSES = 3;
const PLANS = 4;

/** A permutation without randomness, so that each run sorts the same. */
const scattered = (index: number): number => (index * 7_368_787) % MILLION;
const million = (): RetentionItem[] =>
  Array.from({ length: MILLION }, (_, index) => ({ id: `snapshot-${index}`, time: NOW - scattered(index) * 300_000 }));

/** kopia's default policy, and 100 sources with as many hourly snapshots as it can keep at most: 96. */
const KOPIA: RetentionPolicy = { last: 10, hourly: 48, daily: 7, weekly: 4, monthly: 24, yearly: 3 };
const kopiaSources = (): RetentionItem[] =>
  Array.from({ length: 100 * 96 }, (_, index) => ({
    id: index.toString(16).padStart(32, '0'),
    group: `user@host${index % 100}:/home`,
    time: new Date(NOW - Math.floor(index / 100) * HOUR).toISOString(),
  }));

/** The snapshots that tests compare with what restic kept, once for each of a hundred hosts. */
const resticHosts = (): RetentionItem[] => {
  const recorded = new URL('../test/compat/decisions.json', import.meta.url);
  const { items } = JSON.parse(readFileSync(recorded, 'utf8')) as { items: RetentionItem[] };
  return Array.from({ length: 100 }, (_, host) =>
    items.map((item) => ({ ...item, id: `${item.id}-${host}`, group: `host${host}` })),
  ).flat();
};

const ROWS: Readonly<Record<string, Row>> = {
  'a million, few kept': {
    items: million,
    policy: { last: 20, hourly: 24, daily: 7, weekly: 4, monthly: 12, yearly: -1 },
  },
  'a million, all kept by age': { items: million, policy: { within: '20y' } },
  'a million, no rule': { items: million, policy: {} },
  'a million, few kept, within a budget': {
    items: () => million().map((item) => ({ ...item, bytes: 1000 })),
    policy: { within: '2y', daily: -1, maxBytes: '100 MB' },
  },
  '100 sources of kopia': { items: kopiaSources, policy: KOPIA },
  '100 hosts of restic': {
    items: resticHosts,
    policy: { last: 2, hourly: 4, daily: 7, weekly: 4, monthly: 6, yearly: 3 },
    options: { compat: 'restic', timeZone: 'UTC' },
  },
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const peak = (): number => process.resourceUsage().maxRSS / 1024;

async function measure(label: string, source: string): Promise<Result> {
  const { planRetention: plan } = (await import(source)) as { planRetention: typeof planRetention };
  const { items: make, policy, options } = ROWS[label];
  const items = make();
  const before = peak();
  const times: [number, number][] = [];
  let [kept, after] = [0, 0];
  for (let round = 0; round < PLANS; round++) {
    const [start, processor] = [performance.now(), process.cpuUsage()];
    const decisions = plan(items, policy, { now: NOW, timeZone: 'Europe/Lisbon', ...options });
    const { user, system } = process.cpuUsage(processor);
    times.push([performance.now() - start, (user + system) / 1000]);
    if (round > 0) continue;
    kept = decisions.filter(({ keep }) => keep).length;
    after = peak();
  }
  const [[first, firstProcessor], ...more] = times as [[number, number], ...[number, number][]];
  return {
    kept,
    first,
    firstProcessor,
    later: median(more.map(([time]) => time)),
    laterProcessor: median(more.map(([, time]) => time)),
    before,
    after,
  };
}

function report(label: string, results: readonly Result[]): void {
  const of = (name: keyof Result): string => median(results.map((each) => each[name])).toFixed(0);
  const pairs = [`${of('first')} / ${of('firstProcessor')}`, `${of('later')} / ${of('laterProcessor')}`];
  console.log(`| ${[label, of('kept'), ...pairs, of('before'), of('after')].join(' | ')} |`);
}

function compare(filter: string, other: string | undefined): void {
  const sources = [new URL('../src/index.ts', import.meta.url).href];
  if (other !== undefined) sources.unshift(pathToFileURL(other).href);
  console.log('| what | kept | first plan, ms / of processors | later ones | MiB before | MiB after the first |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const label of Object.keys(ROWS).filter((each) => each.includes(filter))) {
    const results = sources.map((): Result[] => []);
    for (let round = 0; round < PROCESSES * sources.length; round++) {
      const number = round % sources.length;
      const run = [...process.execArgv, import.meta.filename, '--measure', label, sources[number] ?? ''];
      results[number]?.push(JSON.parse(execFileSync(process.execPath, run, { encoding: 'utf8' })) as Result);
    }
    for (const [number, each] of results.entries()) {
      report(number < sources.length - 1 ? `${label} (other)` : label, each);
    }
  }
}

const [mode = '', first = '', second = ''] = process.argv.slice(2);
if (mode === '--measure') console.log(JSON.stringify(await measure(first, second)));
else compare(mode, first === '' ? undefined : first);
