// docs/formats/release.md suffices: a verifier that was written from it alone takes what the program made, and nothing else.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from '@x/integrity';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fsStore } from '@x/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReleaseManager } from '../../src/index.ts';
import { verifyExported, verifyStored, type Wanted } from './independent-verifier.ts';
import { newShop, NOON } from './shop.ts';
import { makeStoredRelease, type StoredRelease } from './stored-release.ts';
import { artifactOf, flip, tamperings } from './tampering.ts';

const own = generateKeyPair();
const stranger = generateKeyPair();
const wanted: Wanted = { version: '1.1.0', keys: [stranger.publicKey.pem, own.publicKey.pem] };
let original: StoredRelease;

beforeAll(async () => {
  original = await makeStoredRelease(own.privateKey);
});
afterAll(() => {
  original[Symbol.dispose]();
});

describe('a verifier that knows the document alone', () => {
  test('takes a release that the program made', () => {
    const { manifest, digest, isYanked } = verifyStored(original.stored, wanted);
    expect([manifest, digest, isYanked]).toEqual([original.manifest, original.digest, false]);
    const schema = readFileSync(new URL('../../schema/release.schema.json', import.meta.url), 'utf8');
    const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(JSON.parse(schema) as object);
    expect([validate(manifest), validate.errors]).toEqual([true, null]);
  });

  test('sees that a release was yanked, and that it no longer is', async () => {
    using release = original.copy();
    await release.manager().yankRelease('1.1.0', { reason: 'loses bookings' });
    expect(verifyStored(release.stored, wanted).isYanked).toBe(true);
    await release.manager().unyankRelease('1.1.0', { reason: 'it was the database' });
    expect(verifyStored(release.stored, wanted).isYanked).toBe(false);
  });

  test('takes releases of components, signed by a key on a curve, with a bill of SPDX, after one that was given up', async () => {
    using shop = newShop();
    const { privateKey, publicKey } = generateKeyPair({ algorithm: 'ecdsa-p384' });
    const manager = createReleaseManager({
      storage: fsStore(shop.stored, { durable: false }),
      workspace: { folder: shop.folder, component: '@acme/shop', sbom: { format: 'spdx-2.3' } },
      privateKey,
      clock: () => Date.parse(NOON),
    });
    const hook = join(shop.folder, '.git/hooks/pre-commit');
    writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    await expect(manager.createRelease({ version: '2.0.0' })).rejects.toMatchObject({ code: 'COMMIT_REFUSED' });
    rmSync(hook);
    const made = await manager.createRelease({ version: '2.0.0' });
    const found = verifyStored(shop.stored, { component: '@acme/shop', version: '2.0.0', keys: [publicKey.pem] });
    expect([found.digest, found.manifest.sbom?.components]).toEqual([made.manifest, 1]);
  });

  test.each(tamperings({ own, stranger }).filter(([, , [fails]]) => fails !== 'tag'))(
    'refuses one when %s',
    async (_, tamper) => {
      using release = original.copy();
      await tamper(release);
      const trusted = { ...wanted, keys: [own.publicKey.pem] };
      expect(() => verifyStored(release.stored, trusted)).toThrow(/^not so: |JSON/);
    },
  );

  test('refuses a history that was edited, cut in the middle or filled', () => {
    const at = (release: StoredRelease, n: number): string =>
      join(release.stored, 'releases/one/history', String(n).padStart(12, '0'));
    const edits: readonly ((release: StoredRelease) => void)[] = [
      (release) => {
        writeFileSync(at(release, 1), readFileSync(at(release, 1), 'utf8').replaceAll('"by":"ann"', '"by":"eve"'));
      },
      (release) => {
        rmSync(at(release, 1));
      },
      (release) => {
        appendFileSync(at(release, 2), ' ');
      },
      (release) => {
        writeFileSync(at(release, 3), readFileSync(at(release, 2)));
      },
    ];
    for (const edit of edits) {
      using release = original.copy();
      edit(release);
      expect(() => verifyStored(release.stored, wanted)).toThrow(/^not so: (?:there is an )?entry \d/);
    }
  });

  test('takes an exported folder, and refuses it when a file in it is another one', async () => {
    const target = mkdtempSync(join(tmpdir(), 'holdfast-exported-'));
    try {
      const { files } = await original.manager().exportRelease('1.1.0', join(target, 'out'));
      expect(verifyExported(join(target, 'out'), wanted).digest).toBe(original.digest);
      for (const name of files.filter((file) => file !== 'notes.md' && file !== 'provenance.intoto.json')) {
        flip(join(target, 'out', name));
        expect(() => verifyExported(join(target, 'out'), wanted), name).toThrow(/^not so: |JSON|encoded data/);
        flip(join(target, 'out', name));
      }
      expect(verifyExported(join(target, 'out'), wanted).manifest.artifact?.digest).toBe(artifactOf(original).digest);
    } finally {
      rmSync(target, { recursive: true });
    }
  });
});
