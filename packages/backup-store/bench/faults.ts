// Damages repositories at random (flips, drops, cuts, copies, swaps, unreliable stores) and looks whether everything that users then do
// has an outcome that may be. Usage: npm run faults -- [REPOSITORIES] [SEED]      Default: 300 from seed 1 on.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeGround, trial } from '../test/fixtures/campaign.ts';

const [repositories = 300, seed = 1] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'holdfast-faults-'));
try {
  const source = join(folder, 'source');
  mkdirSync(join(source, 'sub'), { recursive: true });
  const noise = (bytes: number, of: string): Buffer =>
    createHash('shake256', { outputLength: bytes }).update(of).digest();
  const ground = await makeGround(folder, source, (step) => {
    writeFileSync(join(source, 'changing'), noise(200_000, `changing ${step}`));
    writeFileSync(join(source, `step ${step}`), noise(30_000, `step ${step}`));
    writeFileSync(join(source, 'sub', 'large'), noise(1_500_000, 'large'));
    for (let i = 0; i < 20; i++) writeFileSync(join(source, 'sub', `small ${i}`), `small ${i} of any step`);
  });
  const tally = new Map<string, number>();
  let wrong = 0;
  for (let i = 0; i < repositories; i++) {
    const result = await trial(ground, seed + i);
    for (const [what, outcome] of Object.entries(result.outcomes)) {
      const line = `${what.replace(/ step \d$/, '')}: ${outcome}`;
      tally.set(line, (tally.get(line) ?? 0) + 1);
    }
    if (result.wrong.length === 0) continue;
    wrong++;
    console.log(JSON.stringify({ seed: seed + i, ...result }));
  }
  for (const [line, count] of [...tally].toSorted(([a], [b]) => (a < b ? -1 : 1))) console.log(`${count}\t${line}`);
  console.log(`${repositories} repositories from seed ${seed} on, ${wrong} with an outcome that may not be`);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
