// Lives a quarter of three hotels in minutes: backups, retention, drills, two disasters, a full disk, and the report that tells of it.
//
//   node --conditions=source src/quarter/main.ts [--folder FOLDER]
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ClaimFailed } from '../story/telling.ts';
import { runQuarter } from './run-quarter.ts';

function folderOf(): string | undefined {
  try {
    return parseArgs({ options: { folder: { type: 'string' } } }).values.folder;
  } catch (error) {
    console.error(`${(error as Error).message}\nUsage: quarter [--folder FOLDER]`);
    return process.exit(2);
  }
}

const wanted = folderOf();
if (wanted !== undefined && existsSync(wanted) && readdirSync(wanted).length > 0) {
  console.error(`Expected an empty folder, got ${wanted}: hotels, backups and reports are put there`);
  process.exit(2);
}
const folder = wanted === undefined ? await mkdtemp(join(tmpdir(), 'quarter-')) : resolve(wanted);
try {
  const { claims } = await runQuarter({
    folder,
    size: { rooms: 12, guests: 40, assets: 40 },
    bookings: 5,
    write: console.log,
  });
  console.log(`\n${claims} claims were checked, and all of them hold. The reports are in ${join(folder, 'reports')}.`);
} catch (error) {
  process.exitCode = 1;
  const known = error instanceof ClaimFailed || typeof (error as { code?: unknown }).code === 'string';
  console.error(known ? `\nFAILED: ${(error as Error).message}` : error);
}
