import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  createDeployer,
  type DeployEvent,
  type Deployer,
  type DeployerOptions,
  httpCheck,
} from '../../../src/deploy/index.ts';
import { createMigrator, sqliteDriver } from '../../../src/migrate/index.ts';
import { freePort } from '../../../../../tooling/test-servers/free-port.ts';
import { childService } from './child-service.ts';
import { fileBackup } from './file-backup.ts';
import { type Shelf, shelfAt } from './shelf.ts';

/** Where the parts of a machine are, for processes of their own. */
export interface ShopPlaces {
  readonly root: string;
  readonly shelf: string;
  readonly port: number;
}

/** A machine with a shop: releases, a database, a server. */
export interface ShopMachine extends AsyncDisposable {
  readonly places: ShopPlaces;
  readonly shelf: Shelf;
  readonly events: DeployEvent[];
  deployer(options?: Partial<DeployerOptions>): Deployer;
  /** The version that answers; `undefined` when none does. */
  answers(): Promise<string | undefined>;
  /** What `current` leads to. */
  current(): string | undefined;
  /** Ids of the migrations that are applied. */
  applied(): readonly string[];
  sql(text: string): readonly unknown[];
}

/** The deployer of a machine, with real parts. */
export function shopDeployer({ root, shelf, port }: ShopPlaces, options: Partial<DeployerOptions> = {}): Deployer {
  const database = join(root, 'shared', 'db', 'app.sqlite');
  return createDeployer({
    layout: root,
    releases: shelfAt(shelf),
    service: childService(root, port),
    migrator: (migrations, { gone }) =>
      createMigrator({ driver: sqliteDriver(database), migrations, gone, lockTimeoutMs: 5000 }),
    backup: fileBackup(root),
    postChecks: [
      httpCheck({ url: `http://127.0.0.1:${port}/`, version: { member: 'version' }, attempts: 1, timeoutMs: 5000 }),
    ],
    // A machine that has much to do needs its time; those that fail are given little.
    healthTimeoutMs: 20_000,
    by: 'ann',
    ...options,
  });
}

/** Migrations of the first release. */
export const FIRST: Readonly<Record<string, string>> = {
  '0001_orders.up.sql': 'create table orders (id integer primary key, price integer);',
};

/** And of the next: all kinds of them. The last has no way back. */
export const NEXT: Readonly<Record<string, string>> = {
  ...FIRST,
  '0001_orders.down.sql': 'drop table orders;',
  '0002_cents.up.sql': 'alter table orders add column cents integer;',
  '0002_cents.down.sql': 'alter table orders drop column cents;',
  '0003_fill.up.sql': '-- kind: data\nupdate orders set cents = price * 100;',
  '0003_fill.down.sql': 'update orders set cents = null;',
};
export const CONTRACTED: Readonly<Record<string, string>> = {
  ...NEXT,
  '0004_no_price.up.sql': '-- kind: contract\nalter table orders drop column price;',
};

/** A machine on which nothing is deployed yet. */
export async function newMachine(): Promise<ShopMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-deploy-'));
  const places = { root: join(folder, 'root'), shelf: join(folder, 'shelf'), port: await freePort() };
  const database = join(places.root, 'shared', 'db', 'app.sqlite');
  const events: DeployEvent[] = [];
  const sql = (text: string): readonly unknown[] => {
    const opened = new DatabaseSync(database);
    try {
      return opened.prepare(text).all();
    } finally {
      opened.close();
    }
  };
  return {
    places,
    shelf: shelfAt(places.shelf),
    events,
    sql,
    deployer: (options) => shopDeployer(places, { onEvent: (event) => void events.push(event), ...options }),
    answers: async () => {
      try {
        const response = await fetch(`http://127.0.0.1:${places.port}/`, { headers: { connection: 'close' } });
        return ((await response.json()) as { version: string }).version;
      } catch {
        return undefined;
      }
    },
    current: () => {
      try {
        return readlinkSync(join(places.root, 'releases', 'current'));
      } catch {
        return undefined;
      }
    },
    applied: () => sql('select id from holdfast_migrations order by id').map((row) => (row as { id: string }).id),
    [Symbol.asyncDispose]: async () => {
      await childService(places.root, places.port).run('stop');
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** One that runs 1.0.0, with two orders. */
export async function runningMachine(): Promise<ShopMachine> {
  const machine = await newMachine();
  await machine.shelf.add('1.0.0', { migrations: FIRST });
  const deployer = machine.deployer({ backup: undefined });
  await deployer.init();
  await deployer.deployRelease('1.0.0', { acceptNoBackup: true });
  machine.sql('insert into orders (price) values (3), (4)');
  machine.events.length = 0;
  return machine;
}
