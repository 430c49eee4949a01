import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PrivateKey } from '@x/integrity';
import { fsStore, type ObjectStore } from '@x/storage';
import { createReleaseManager, type ReleaseManager, type ReleaseWorkspace } from '../../src/index.ts';
import { type Checkout, newCheckout, type Template } from '../git/checkout.ts';

/** A small shop in a checkout of its own, with a storage for its releases beside it. */
export interface Shop extends Disposable {
  readonly checkout: Checkout;
  readonly folder: string;
  /** Folder of the storage. */
  readonly stored: string;
  readonly store: ObjectStore;
  /** A manager whose clock stands still at a given time. */
  manager(options?: ShopOptions): ReleaseManager;
  write(path: string, text: string): void;
  read(path: string): string;
}

/** What may be different about a manager. */
export interface ShopOptions {
  readonly workspace?: Partial<ReleaseWorkspace> | undefined;
  readonly privateKey?: PrivateKey | undefined;
  readonly store?: ObjectStore | undefined;
  readonly at?: string | undefined;
}

export const NOON = '2026-03-01T12:00:00.000Z';

const LOCKFILE = {
  name: 'shop',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: {
    '': { name: 'shop', version: '1.0.0', dependencies: { ms: '^2.1.3' } },
    'node_modules/ms': {
      version: '2.1.3',
      resolved: 'https://registry.example/ms/-/ms-2.1.3.tgz',
      integrity: 'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==',
      license: 'MIT',
    },
  },
};

function writeIn(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function templateShop(): Template {
  const made = newCheckout();
  const { folder } = made;
  made.git('config', 'user.name', 'Ann');
  made.git('config', 'user.email', 'ann@example.com');
  writeIn(folder, 'package.json', `${JSON.stringify({ name: 'shop', version: '1.0.0' }, undefined, 2)}\n`);
  writeIn(folder, 'package-lock.json', `${JSON.stringify(LOCKFILE, undefined, 2)}\n`);
  writeIn(folder, 'src/prices.js', 'export const price = 1;\n');
  made.commit('feat: prices', 'README.md');
  made.tag('v1.0.0');
  writeIn(folder, 'src/yen.js', 'export const yen = 1;\n');
  made.commit('feat: prices in yen', 'docs/yen.md');
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, commits: 2 };
}

let template: Template | undefined;

/** A shop of version 1.0.0, tagged, with one feature since. */
export function newShop(): Shop {
  template ??= templateShop();
  const checkout = newCheckout(template);
  const { folder } = checkout;
  const stored = mkdtempSync(join(tmpdir(), 'holdfast-releases-'));
  const store = fsStore(stored, { durable: false });
  return {
    checkout,
    folder,
    stored,
    store,
    manager: ({ workspace, privateKey, store: other, at = NOON } = {}) =>
      createReleaseManager({
        storage: other ?? store,
        workspace: { folder, ...workspace },
        privateKey,
        clock: () => Date.parse(at),
      }),
    write: (path, text) => {
      writeIn(folder, path, text);
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    [Symbol.dispose]: () => {
      checkout[Symbol.dispose]();
      rmSync(stored, { recursive: true, force: true });
    },
  };
}

/** What the runs of a shop have left where they pack. */
export function leftovers({ stored }: Pick<Shop, 'stored'>): readonly string[] {
  const runs = join(stored, 'releases/one/runs');
  // A process may die before it has written anything.
  return (existsSync(runs) ? readdirSync(runs) : [])
    .map((run) => join(tmpdir(), `holdfast-release-${run}`))
    .filter((folder) => existsSync(folder));
}
