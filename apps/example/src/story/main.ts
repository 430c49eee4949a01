// Tells how three hotels are backed up, harmed, merged back and erased, and checks every line of it.
//
//   node --conditions=source src/story/main.ts [--folder FOLDER] [--postgres URL]
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runStory } from './run-story.ts';
import { ClaimFailed } from './telling.ts';

const SIZE = { rooms: 12, guests: 40, reservations: 240 };
const ROUNDS = 3;
const PAUSE_MS = 10;

function optionsOf(): { readonly folder?: string | undefined; readonly postgres?: string | undefined } {
  try {
    return parseArgs({ options: { folder: { type: 'string' }, postgres: { type: 'string' } } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\nUsage: story [--folder FOLDER] [--postgres postgres://…]`);
    return process.exit(2);
  }
}

const options = optionsOf();
if (options.folder !== undefined && existsSync(options.folder) && readdirSync(options.folder).length > 0) {
  console.error(`Expected an empty folder, got ${options.folder}: the story puts its hotels and their backups there`);
  process.exit(2);
}
const kept = options.folder !== undefined;
const folder = options.folder === undefined ? await mkdtemp(join(tmpdir(), 'hotels-')) : resolve(options.folder);
if (options.postgres === undefined) console.log('No --postgres URL was given: all three hotels are on SQLite.');

try {
  const { postgres } = options;
  const { claims } = await runStory({
    folder,
    postgres,
    size: SIZE,
    pauseMs: PAUSE_MS,
    rounds: ROUNDS,
    keep: kept,
    write: console.log,
  });
  console.log(`\n${claims} claims were checked, and all of them hold.`);
  if (kept) console.log(lookAround(folder));
} catch (error) {
  process.exitCode = 1;
  const known = error instanceof ClaimFailed || typeof (error as { code?: unknown }).code === 'string';
  console.error(known ? `\nFAILED: ${(error as Error).message}` : error);
} finally {
  if (!kept) await rm(folder, { recursive: true, force: true });
}

function lookAround(place: string): string {
  return `
Everything is kept in ${place}. To look around:

  export HOLDFAST_REPO=${join(place, 'backups')} HOLDFAST_KEY_STORE=${join(place, 'keys')} HOLDFAST_KEY_FILE=${join(place, 'key')}
  holdfast tenant list
  holdfast backup list --tenant seaside
  holdfast backup ls latest --tenant seaside
  holdfast structure catalog
  holdfast backup verify --level full`;
}
