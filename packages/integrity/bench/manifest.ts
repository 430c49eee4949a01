// createManifest beside find | xargs sha256sum over the same tree, warm, in turns:
// `node --conditions=source packages/integrity/bench/manifest.ts [directory]`.
import { execFileSync } from 'node:child_process';
import { createManifest } from '../src/index.ts';

const ROUNDS = 5;
const directory = process.argv[2] ?? '/usr/share';

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] as number;

const sha256sum = (): unknown =>
  execFileSync('sh', ['-c', 'find "$0" -type f -print0 | xargs -0 -P2 sha256sum >/dev/null', directory]);

const ours: number[] = [];
const theirs: number[] = [];
await createManifest(directory);
for (let round = 0; round < ROUNDS; round++) {
  theirs.push(await timed(sha256sum));
  ours.push(await timed(() => createManifest(directory)));
}
const { entries } = await createManifest(directory);
const files = entries.filter(({ kind }) => kind === 'file');
const mebibytes = files.reduce((sum, { size = 0 }) => sum + size, 0) / 2 ** 20;
console.log(`${directory}: ${entries.length} entries, ${files.length} files, ${mebibytes.toFixed(0)} MiB`);
console.log(`createManifest            ${median(ours).toFixed(0)} ms`);
console.log(`find | xargs -P2 sha256sum ${median(theirs).toFixed(0)} ms`);
console.log(`ratio ${(median(ours) / median(theirs)).toFixed(2)} (below 1: createManifest is faster)`);
