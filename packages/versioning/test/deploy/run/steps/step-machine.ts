import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Deployer } from '../../../../src/deploy/index.ts';
import { type Shelf, shelfAt } from '../shelf.ts';
import { FIRST, type ShopPlaces } from '../shop-machine.ts';
import { stepDeployer, type StepJob } from './step-job.ts';
import { endSleeper, sleeperFiles, sleeperOf, startSleeper } from './sleeper-service.ts';

/** A machine that can be kept as it is and brought back to that, at the same place. */
export interface StepMachine extends AsyncDisposable {
  readonly places: ShopPlaces;
  add(version: string, migrations: Readonly<Record<string, string>>): Promise<void>;
  deployer(job?: Partial<StepJob>): Deployer;
  /** The version that runs; `undefined` when none does. */
  running(): string | undefined;
  /** Ids of the migrations that are applied. */
  applied(): readonly string[];
  sql(text: string): readonly unknown[];
  /** Everything that lies below the root, by path from there; or below what was kept. */
  paths(name?: string): readonly string[];
  /** Copies everything, and remembers what runs. */
  keep(name: string): void;
  /** Brings everything back that was kept, and starts what ran. */
  bring(name: string): Promise<void>;
}

/** A machine on which nothing is deployed yet. */
async function newStepMachine(): Promise<StepMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-steps-'));
  const places = { root: join(folder, 'root'), shelf: join(folder, 'shelf'), port: 0 };
  const { root } = places;
  const shelf: Shelf = shelfAt(places.shelf);
  const kept = new Map<string, string | undefined>();
  const running = (): string | undefined => sleeperOf(root)?.version;
  const sql = (text: string): readonly unknown[] => {
    const opened = new DatabaseSync(join(root, 'shared', 'db', 'app.sqlite'));
    try {
      return opened.prepare(text).all();
    } finally {
      opened.close();
    }
  };
  await stepDeployer(places, {}).init();
  return {
    places,
    add: async (version, migrations) => shelf.add(version, { migrations, files: sleeperFiles(version) }),
    deployer: (job = {}) => stepDeployer(places, job),
    running,
    sql,
    applied: () => sql('select id from holdfast_migrations order by id').map((row) => (row as { id: string }).id),
    paths: (name = 'root') => readdirSync(join(folder, name), { recursive: true }).map(String),
    keep: (name) => {
      kept.set(name, running());
      copy(root, join(folder, name));
    },
    bring: async (name) => {
      endSleeper(root);
      copy(join(folder, name), root);
      endSleeper(root);
      const version = kept.get(name);
      if (version !== undefined) await startSleeper(root, `v${version}`);
    },
    [Symbol.asyncDispose]: async () => {
      endSleeper(root);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function copy(from: string, to: string): void {
  if (existsSync(to)) rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

/** One that runs 1.0.0, with two orders. */
export async function steppedMachine(): Promise<StepMachine> {
  const machine = await newStepMachine();
  await machine.add('1.0.0', FIRST);
  await machine.deployer().deployRelease('1.0.0', { skipBackup: true, acceptNoBackup: true });
  machine.sql('insert into orders (price) values (3), (4)');
  return machine;
}
