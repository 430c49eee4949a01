import { memoryStore } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/bytes/canonical-json.ts';
import { CHUNK_SIZES } from '../../src/chunker/gear.ts';
import { KIND } from '../../src/envelope/header.ts';
import { createConfig, readConfig } from '../../src/identity/config.ts';
import { SealedLedger } from '../../src/keyring/sealed-ledger.ts';
import { subkey } from '../../src/keyring/subkeys.ts';
import { CONFIG } from '../../src/layout/names.ts';
import { noise } from '../fixtures/content.ts';
import { failureOf } from '../fixtures/place.ts';
import { REPOSITORY_ID, sealedStore } from '../fixtures/sealing.ts';

const rootKey = noise(32, 'root key');
const NAME = `${CONFIG}/000000000001`;
const given = { encrypted: true, createdAt: '2026-01-02T03:04:05.000Z' };
const good = { repositoryId: REPOSITORY_ID, ...given, chunks: CHUNK_SIZES };

describe('the configuration of a repository', () => {
  test('what was written is read', async () => {
    const sealed = sealedStore();
    expect(await createConfig(sealed, rootKey, given)).toEqual(good);
    expect(await readConfig(sealed, rootKey)).toEqual(good);
  });

  test('without the root key nobody makes one: encryption can’t be switched off by the store', async () => {
    const sealed = sealedStore();
    await createConfig(sealed, noise(32, 'another key'), { ...given, encrypted: false });
    expect(await failureOf(readConfig(sealed, rootKey))).toMatchObject({ code: 'OBJECT_DAMAGED', object: NAME });
  });

  test('where there is none, it is missing by name', async () => {
    expect(await failureOf(readConfig(sealedStore(), rootKey))).toMatchObject({ code: 'OBJECT_MISSING', object: NAME });
  });

  test.each<[string, Record<string, unknown>]>([
    ['another repository', { repositoryId: 'ff'.repeat(16) }],
    ['no word on encryption', { encrypted: undefined }],
    ['encryption that is no truth value', { encrypted: 'no' }],
    ['no time', { createdAt: 5 }],
    ['no chunk sizes', { chunks: undefined }],
    ['chunks of one byte', { chunks: { min: 1, average: 2, max: 4 } }],
    ['chunks of a gigabyte', { chunks: { min: 4096, average: 8192, max: 2 ** 30 } }],
    ['sizes out of order', { chunks: { min: 65_536, average: 8192, max: 1_048_576 } }],
    ['sizes that are no numbers', { chunks: { min: 'a', average: null, max: [] } }],
  ])('one with %s is refused', async (_, changes) => {
    const sealed = sealedStore(memoryStore());
    const seal = { kind: KIND.config, subkey: subkey(rootKey, 'config') };
    await new SealedLedger(sealed, CONFIG, seal).append(1, Buffer.from(canonicalJson({ ...good, ...changes })));
    expect(await failureOf(readConfig(sealed, rootKey))).toMatchObject({ code: 'OBJECT_INVALID', object: NAME });
  });
});
