import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listAll, memoryStore, type ObjectStore, readObject } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { writeKeyFile } from '../../src/keyring/key-file.ts';
import { newRecoveryCode } from '../../src/keyring/recovery-code.ts';
import { encodeSlot, openSlot, slotKey } from '../../src/keyring/slot.ts';
import { newSlotParameters, parseSlot, SLOT } from '../../src/keyring/slot-parameters.ts';
import { readSlots } from '../../src/keyring/slots.ts';
import { type ByteSecret, passphraseSecret, slotSecret } from '../../src/keyring/unlock.ts';
import { SLOTS } from '../../src/layout/names.ts';
import { noise } from '../fixtures/content.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';
import { addSlot, openSlots } from '../fixtures/slots.ts';
import { refusalOf } from '../fixtures/refusal.ts';
import { counting, flipped, REPOSITORY_ID, sealedStore } from '../fixtures/sealing.ts';

const content = { rootKey: noise(32, 'root key'), createdMs: 1_700_000_000_000 };
const keyFileSecret: ByteSecret = { type: SLOT.keyFile, secret: noise(32, 'a key file') };
const repositoryId = Buffer.from(REPOSITORY_ID, 'hex');
const NAME = `${SLOTS}0011223344556677`;

/** A slot of a key file, as stored under {@link NAME}. */
async function keyFileSlot(): Promise<Buffer> {
  const parameters = newSlotParameters(SLOT.keyFile, false);
  return await encodeSlot(repositoryId, NAME, { parameters, secret: keyFileSecret.secret, content });
}

/** A slot with some of its first bytes changed and a checksum that fits. */
function forged(slot: Uint8Array, changes: Readonly<Record<number, number>>): Buffer {
  const body = Buffer.from(slot.subarray(0, -32));
  for (const [at, value] of Object.entries(changes)) body[Number(at)] = value;
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

async function namesOf(store: ObjectStore): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of listAll(store, '')) names.push(key);
  return names;
}

describe('key slots', () => {
  test('each kind of secret opens its own slot and brings the root key', async () => {
    const sealed = sealedStore();
    const recovery: ByteSecret = { type: SLOT.recoveryCode, secret: newRecoveryCode().secret };
    for (const secret of [keyFileSecret, recovery, passphraseSecret('')]) await addSlot(sealed, secret, content);
    for (const secret of [keyFileSecret, recovery, passphraseSecret('')]) {
      expect(await openSlots(sealed, secret)).toEqual(content);
    }
  });

  test('a passphrase is the same in every way its letters can be encoded, and no other one opens', async () => {
    const sealed = sealedStore();
    await addSlot(sealed, passphraseSecret('Ä\u00fcßerst ﬁn 42'), content);
    expect(await openSlots(sealed, passphraseSecret('A\u0308u\u0308ßerst fin 42'))).toEqual(content);
    const error = await failureOf(openSlots(sealed, passphraseSecret('äüßerst fin 42')));
    expect(error).toMatchObject({ code: 'WRONG_KEY', message: expect.stringContaining('passphrase') as unknown });
  });

  test('a passphrase is derived with scrypt at 2^17, 8, 1, the empty one cheaply', () => {
    expect(newSlotParameters(SLOT.passphrase, false)).toMatchObject({ logN: 17, r: 8, p: 1 });
    expect(newSlotParameters(SLOT.passphrase, true)).toMatchObject({ logN: 10, r: 8, p: 1 });
  });

  test('salts of slots are random', () => {
    const salts = Array.from({ length: 20 }, () =>
      Buffer.from(newSlotParameters(SLOT.keyFile, false).salt).toString('hex'),
    );
    expect(new Set(salts).size).toBe(salts.length);
  });

  test('the same secret as another kind does not open', async () => {
    const sealed = sealedStore();
    await addSlot(sealed, keyFileSecret, content);
    const error = await failureOf(openSlots(sealed, { ...keyFileSecret, type: SLOT.recoveryCode }));
    expect(error).toMatchObject({ code: 'WRONG_KEY', message: expect.stringContaining('recovery code') as unknown });
  });

  test('a wrong secret says how many slots were tried and nothing of the secret', async () => {
    const sealed = sealedStore();
    await addSlot(sealed, keyFileSecret, content);
    const wrong = noise(32, 'wrong');
    const error = await failureOf(openSlots(sealed, { type: SLOT.keyFile, secret: wrong }));
    expect(error.code).toBe('WRONG_KEY');
    expect(error.message).toContain('1 key slots');
    expect(error.message).not.toContain(wrong.toString('hex').slice(0, 6));
  });

  test('the root key is not in what is stored', async () => {
    const store = memoryStore();
    await addSlot(sealedStore(store), passphraseSecret(''), content);
    const [name] = await namesOf(store);
    expect(Buffer.from(await readObject(store, name as string)).includes(content.rootKey.subarray(0, 8))).toBe(false);
  });
});

describe('damage', () => {
  test('a bit changed or a cut anywhere in a slot is noticed, and the slot is named', async () => {
    const slot = await keyFileSlot();
    for (let at = 0; at < slot.length; at++) {
      expect(refusalOf(() => parseSlot(flipped(slot, at, at % 8), NAME))).toMatchObject({
        code: 'OBJECT_DAMAGED',
        object: NAME,
      });
      expect(refusalOf(() => parseSlot(slot.subarray(0, at), NAME)).code).toMatch(/^OBJECT_(DAMAGED|TRUNCATED)$/);
    }
  });

  test('slots that are damaged, cut or huge do not keep another one from opening, and are reported', async () => {
    const store = memoryStore();
    const sealed = sealedStore(store);
    await store.createIfAbsent(`${SLOTS}0`, flipped(await keyFileSlot(), 100));
    await store.createIfAbsent(`${SLOTS}1`, Buffer.alloc(10));
    await store.createIfAbsent(`${SLOTS}2`, Buffer.alloc(1024 * 1024));
    await addSlot(sealed, keyFileSecret, content);
    expect(await openSlots(sealed, keyFileSecret)).toEqual(content);
    const { slots, damaged } = await readSlots(sealed);
    expect(slots).toHaveLength(1);
    expect(damaged.map(({ code, object }) => `${object} ${code}`)).toEqual([
      `${SLOTS}0 OBJECT_DAMAGED`,
      `${SLOTS}1 OBJECT_TRUNCATED`,
      `${SLOTS}2 OBJECT_INVALID`,
    ]);
  });

  test('when no slot opens and one is damaged, that is what is said', async () => {
    const store = memoryStore();
    await store.createIfAbsent(`${SLOTS}0`, flipped(await keyFileSlot(), 100));
    expect(await failureOf(openSlots(sealedStore(store), keyFileSecret))).toMatchObject({
      code: 'OBJECT_DAMAGED',
      object: `${SLOTS}0`,
    });
  });

  test('a slot under another name, or of another repository, does not open', async () => {
    const slot = parseSlot(await keyFileSlot(), NAME);
    const { secret } = keyFileSecret;
    expect(await openSlot(repositoryId, NAME, { ...slot, secret })).toEqual(content);
    expect(await openSlot(repositoryId, `${NAME}0`, { ...slot, secret })).toBeUndefined();
    expect(await openSlot(Buffer.alloc(16), NAME, { ...slot, secret })).toBeUndefined();
  });
});

describe('hostile slots', () => {
  const VERSION = 0;
  const TYPE = 1;
  const LOG_N = 2;
  const R = 3;
  const P = 4;

  test.each<[string, Record<number, number>]>([
    ['no type', { [TYPE]: 0 }],
    ['recipients of age that are not there', { [TYPE]: 4 }],
    ['too few rounds', { [LOG_N]: 9 }],
    ['rounds that take 2 GiB', { [LOG_N]: 21 }],
    ['rounds beyond all bounds', { [LOG_N]: 255 }],
    ['blocks of no size', { [R]: 0 }],
    ['blocks that take 2 GiB', { [R]: 9 }],
    ['no lanes', { [P]: 0 }],
    ['too many lanes', { [P]: 5 }],
  ])('%s are refused before anything is derived', async (_, changes) => {
    const slot = forged(await keyFileSlot(), changes);
    expect(refusalOf(() => parseSlot(slot, NAME))).toMatchObject({ code: 'OBJECT_INVALID', object: NAME });
  });

  test.each<[string, Record<number, number>]>([
    ['version', { [VERSION]: 1 }],
    ['type', { [TYPE]: 5 }],
    ['form', { 5: 2 }],
    ['form of a slot of age', { [TYPE]: 4, 5: 1 }],
  ])('a newer %s is told apart', async (_, changes) => {
    const slot = forged(await keyFileSlot(), changes);
    expect(refusalOf(() => parseSlot(slot, NAME))).toMatchObject({ code: 'UNSUPPORTED_FORMAT', object: NAME });
  });

  test('parameters made weaker, with a checksum that fits, do not open', async () => {
    const { secret } = passphraseSecret('');
    const parameters = newSlotParameters(SLOT.passphrase, true);
    const slot = await encodeSlot(repositoryId, NAME, { parameters, secret, content });
    for (const changes of [{ [R]: 4 }, { [P]: 2 }, { [LOG_N]: 11 }, { 5: 1 }, { 8: 0 }]) {
      expect(await openSlot(repositoryId, NAME, { ...parseSlot(forged(slot, changes), NAME), secret })).toBeUndefined();
    }
  });

  test('of a thousand slots no more than 64 are looked at', async () => {
    const store = memoryStore();
    for (let i = 0; i < 100; i++) await store.createIfAbsent(`${SLOTS}${String(i).padStart(3, '0')}`, Buffer.alloc(1));
    const { slots, damaged } = await readSlots(sealedStore(store));
    expect(slots.length + damaged.length).toBe(64);
  });
});

describe('what a user unlocks with', () => {
  test('a key file of another repository is refused by both names', async () => {
    const path = join(tempFolder(), 'key');
    await writeKeyFile(path, 'ff'.repeat(16));
    const error = await failureOf(slotSecret({ keyFile: path }, REPOSITORY_ID));
    expect(error.code).toBe('WRONG_KEY');
    expect(error.message).toContain('ff'.repeat(16));
    expect(error.message).toContain(REPOSITORY_ID);
  });

  test('key file, passphrase and recovery code become secrets of their kinds', async () => {
    const path = join(tempFolder(), 'key');
    const { secret } = await writeKeyFile(path, REPOSITORY_ID);
    expect(await slotSecret({ keyFile: path }, REPOSITORY_ID)).toEqual({ type: SLOT.keyFile, secret });
    const recovery = newRecoveryCode();
    expect(await slotSecret({ recoveryCode: recovery.code.toLowerCase() }, REPOSITORY_ID)).toEqual({
      type: SLOT.recoveryCode,
      secret: recovery.secret,
    });
    expect(await slotSecret({ passphrase: 'pass' }, REPOSITORY_ID)).toEqual(passphraseSecret('pass'));
  });

  test('a damaged key file and a mistyped code are refused', async () => {
    const path = join(tempFolder(), 'key');
    writeFileSync(path, 'no key');
    expect((await failureOf(slotSecret({ keyFile: path }, REPOSITORY_ID))).code).toBe('INVALID_KEY_FILE');
    expect((await failureOf(slotSecret({ recoveryCode: 'AAAA' }, REPOSITORY_ID))).code).toBe('INVALID_KEY_FILE');
  });
});

describe('the format', () => {
  const golden = (name: string): Buffer => readFileSync(new URL(`golden/${name}`, import.meta.url));

  test.each<[string, ByteSecret]>([
    ['key-file', keyFileSecret],
    ['recovery-code', { type: SLOT.recoveryCode, secret: counting(18) }],
    ['passphrase', passphraseSecret('correct horse')],
    ['empty-passphrase', passphraseSecret('')],
  ])('a slot with a %s that was made once opens for ever', async (kind, { type, secret }) => {
    const slot = parseSlot(golden(`${kind}-slot.bin`), NAME);
    expect(slot.parameters.type).toBe(type);
    expect(await openSlot(repositoryId, NAME, { ...slot, secret })).toEqual(content);
  });

  test('scrypt is that of RFC 7914, and its result goes through HKDF', async () => {
    const salt = counting(32);
    const key = await slotKey({ type: SLOT.passphrase, logN: 10, r: 8, p: 1, salt }, Buffer.from('password'));
    expect(key.toString('hex')).toBe('7fd881c440b4de69a285e5436d38a2f03986ec7c6eed1dd0f7ad19862afcaed4');
  });
});
