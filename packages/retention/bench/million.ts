// Plans a million items: node --conditions=source packages/retention/bench/million.ts [ITEMS]
import { planRetention, type RetentionItem, type RetentionPolicy } from '../src/index.ts';

const [count = 1_000_000] = process.argv.slice(2).map(Number);
const now = Date.UTC(2026, 5, 30, 12);
/** A permutation without randomness, so that each run sorts the same. */
const scattered = (index: number): number => (index * 7_368_787) % count;
const items: RetentionItem[] = Array.from({ length: count }, (_, index) => ({
  id: `snapshot-${index}`,
  time: now - scattered(index) * 300_000,
}));

const policies: Readonly<Record<string, RetentionPolicy>> = {
  'few kept': { last: 20, hourly: 24, daily: 7, weekly: 4, monthly: 12, yearly: -1 },
  'all kept': { within: '20y' },
  'none covered': {},
};
for (const [name, policy] of Object.entries(policies)) {
  const times: number[] = [];
  let kept = 0;
  for (let round = 0; round < 5; round++) {
    const start = process.cpuUsage();
    const decisions = planRetention(items, policy, { now, timeZone: 'Europe/Lisbon' });
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
    kept = decisions.reduce((sum, each) => sum + Number(each.keep), 0);
  }
  const best = Math.min(...times).toFixed(0);
  const first = times[0]?.toFixed(0);
  console.log(`${name}: ${count} items, ${kept} kept, first ${first} ms, best ${best} ms of processor`);
}
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
