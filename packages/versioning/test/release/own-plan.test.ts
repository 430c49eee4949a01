import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, type PrivateKey } from '@x/integrity';
import { type ObjectStore, StorageError } from '@x/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeEvent } from '../../src/release/events.ts';
import { newShop, type Shop } from './shop.ts';

/** As JSON has it, to be changed at will. */
type Loose = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

/** A storage that is gone from a write on, so that nothing can be taken back. */
function goneFrom(store: ObjectStore, write: number): ObjectStore {
  let writes = 0;
  return {
    ...store,
    createIfAbsent: async (...call) => {
      writes += 1;
      if (writes >= write) throw new StorageError('NO_SPACE', 'Expected room for an object, got none');
      return store.createIfAbsent(...call);
    },
  };
}

/** Where the journal of the only run lies. */
function journalOf({ stored }: Shop): string {
  const runs = join(stored, 'releases/one/runs');
  return join(runs, readdirSync(runs)[0] ?? '');
}

/** Changes entries of the journal, as somebody may who can write to the storage. */
function tamper(shop: Shop, change: (entry: Loose) => void): void {
  const folder = journalOf(shop);
  for (const name of readdirSync(folder)) {
    const entry = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Loose;
    change(entry);
    writeFileSync(join(folder, name), `${JSON.stringify(entry)}\n`);
  }
}

const tamperPlan = (shop: Shop, change: (plan: Loose) => void): void => {
  tamper(shop, ({ kind, plan }) => {
    if (kind === 'planned') change(plan as Loose);
  });
};

async function stopAt(shop: Shop, write: number, privateKey?: PrivateKey): Promise<void> {
  const failing = shop.manager({ store: goneFrom(shop.store, write), privateKey });
  await expect(failing.createRelease()).rejects.toMatchObject({ code: 'NO_SPACE' });
}

describe('a run whose journal somebody has written to', () => {
  let shop: Shop;
  beforeEach(() => {
    shop = newShop();
  });
  afterEach(() => {
    shop[Symbol.dispose]();
  });
  const state = (): readonly string[] => [
    shop.checkout.git('for-each-ref'),
    shop.checkout.git('status', '--porcelain', '--ignored'),
  ];
  const addFile = (plan: Loose, path: string): void => {
    plan['files'].push({ path, before: undefined, after: '#!/bin/sh\n' });
    plan['commit'].files.push(path);
  };

  test.each([
    ['a hook', (plan: Loose) => addFile(plan, '.husky/pre-commit'), 'FOREIGN_PLAN'],
    ['a file beside the checkout', (plan: Loose) => addFile(plan, '../elsewhere.txt'), 'FOREIGN_PLAN'],
    ['an option of git', (plan: Loose) => void (plan['commit'].parent = '--output=x'), 'FOREIGN_PLAN'],
    ['a key of somebody', (plan: Loose) => void (plan['commit'].signing = { key: '/tmp/key' }), 'FOREIGN_PLAN'],
    ['another tag', (plan: Loose) => void (plan['tag'].name = 'latest'), 'FOREIGN_PLAN'],
    ['a member that is missing', (plan: Loose) => void delete plan['basis'], 'FOREIGN_PLAN'],
    ['no steps', (plan: Loose) => void delete plan['steps'], 'INVALID_HISTORY'],
    ['another version', (plan: Loose) => void (plan['release'].version = '9.0.0'), 'FOREIGN_PLAN'],
  ])('%s: it is neither gone on with nor undone', async (_, change, code) => {
    await stopAt(shop, 4);
    const before = state();
    tamperPlan(shop, change);
    await expect(shop.manager().resumeRelease()).rejects.toMatchObject({ code });
    await expect(shop.manager().undoRelease()).rejects.toMatchObject({ code });
    expect(state()).toEqual(before);
  });

  test.each([
    [
      'secrets',
      (plan: Loose) => plan['artifact'].files.entries.push({ path: '.env', kind: 'file', size: 2, executable: false }),
    ],
    ['an artefact elsewhere', (plan: Loose) => void (plan['artifact'].name = '../../shop.zip')],
    ['a lockfile elsewhere', (plan: Loose) => void (plan['sbom'].folder = '/')],
  ])('%s: nothing is packed', async (_, change) => {
    shop.write('.gitignore', '.env\n');
    shop.checkout.git('add', '.gitignore');
    shop.checkout.git('commit', '--quiet', '--message=chore: secrets');
    shop.write('.env', 'A=');
    await stopAt(shop, 4);
    tamperPlan(shop, change);
    await expect(shop.manager().resumeRelease()).rejects.toMatchObject({ code: 'FOREIGN_PLAN' });
    expect((await shop.manager().undoRelease()).version).toBe('1.1.0');
  });

  test('another folder: it goes on here, and nothing is written there', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'holdfast-elsewhere-'));
    try {
      mkdirSync(join(elsewhere, '.git'));
      await stopAt(shop, 4);
      tamperPlan(shop, (plan) => {
        Object.assign(plan, { root: elsewhere, folder: elsewhere });
        plan['commit'].root = elsewhere;
        plan['artifact'].files.folder = elsewhere;
      });
      expect((await shop.manager().resumeRelease()).version).toBe('1.1.0');
      expect(readdirSync(elsewhere)).toEqual(['.git']);
      expect(shop.checkout.git('log', '-1', '--format=%s').trim()).toBe('chore(release): 1.1.0');
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test('another artefact than the one that was packed: what is signed is packed here', async () => {
    const { privateKey } = generateKeyPair();
    const expected = await digestElsewhere(privateKey);
    await stopAt(shop, 12, privateKey);
    let found = 0;
    tamper(shop, (entry) => {
      if (entry['kind'] !== 'done' || entry['step'] !== 'artifact') return;
      found += 1;
      entry['result'].digest = `sha256:${'0'.repeat(64)}`;
    });
    expect(found).toBe(1);
    const { artifact } = await shop.manager({ privateKey }).resumeRelease();
    expect(artifact?.digest).toBe(expected);
  });

  test('another name of a run: no folder is called after it', async () => {
    const owner = { by: 'eve', host: 'here', pid: 1, startedAt: '' };
    const at = '2026-03-01T12:00:00.000Z';
    const history = join(shop.stored, 'releases/one/history');
    mkdirSync(history, { recursive: true });
    const event = { kind: 'claimed', version: '1.1.0', run: '/../../victim', owner, at, by: 'eve' } as const;
    writeFileSync(join(history, '000000000001'), encodeEvent(event, { n: 1, previous: undefined, token: 'a' }));
    await expect(shop.manager().undoRelease()).rejects.toMatchObject({ code: 'INVALID_HISTORY' });
  });

  test('what would be signed is what the key has planned, and nothing that was written since', async () => {
    const { privateKey } = generateKeyPair();
    await stopAt(shop, 4, privateKey);
    const journal = join(journalOf(shop), '000000000001');
    const own = readFileSync(journal, 'utf8');
    const signing = shop.manager({ privateKey });
    for (const change of [
      (plan: Loose) => void (plan['release'].notes = 'Nothing to see here.'),
      (plan: Loose) => void (plan['release'].flags = { admin: true }),
      (plan: Loose) => void delete plan['signedBy'],
    ]) {
      tamperPlan(shop, change);
      await expect(signing.resumeRelease()).rejects.toMatchObject({ code: 'FOREIGN_PLAN' });
      writeFileSync(journal, own);
    }
    // A seal of another run, or of another key, is none.
    tamper(shop, (entry) => {
      if (entry['kind'] === 'planned') entry['seal'].signatures[0].sig = Buffer.alloc(64).toString('base64');
    });
    await expect(signing.resumeRelease()).rejects.toMatchObject({ code: 'FOREIGN_PLAN' });
    writeFileSync(journal, own);
    expect((await signing.resumeRelease()).version).toBe('1.1.0');
    expect((await signing.verifyRelease('1.1.0')).verdict).toBe('verified');
  });
});

/** The digest of the artefact of a release that nothing has come between. */
async function digestElsewhere(privateKey: PrivateKey): Promise<string | undefined> {
  using shop = newShop();
  return (await shop.manager({ privateKey }).createRelease()).artifact?.digest;
}

test('intents that lie beside the packages of a monorepo are used up, and come back when it is undone', async () => {
  using shop = newShop();
  const intent = '---\n"api": minor\n"web": patch\n---\n\nExport orders.\n';
  shop.write('packages/api/package.json', '{ "name": "api", "version": "1.0.0" }\n');
  shop.write('.changeset/brave-cats-sing.md', intent);
  shop.checkout.git('add', '--all');
  shop.checkout.git('commit', '--quiet', '--message=feat: an api');
  const workspace = { folder: join(shop.folder, 'packages/api'), component: 'api', intents: '../../.changeset' };
  const failing = shop.manager({ workspace, store: goneFrom(shop.store, 7) });
  await expect(failing.createRelease()).rejects.toMatchObject({ code: 'NO_SPACE' });
  expect(shop.read('.changeset/brave-cats-sing.md')).not.toContain('api');
  await shop.manager({ workspace }).undoRelease();
  expect(shop.read('.changeset/brave-cats-sing.md')).toBe(intent);
  expect(shop.checkout.git('status', '--porcelain')).toBe('');
  const { source } = await shop.manager({ workspace }).createRelease();
  expect(shop.checkout.git('show', '--name-only', '--format=', source.commit).trim().split('\n')).toEqual([
    '.changeset/brave-cats-sing.md',
    'packages/api/CHANGELOG.md',
  ]);
});
