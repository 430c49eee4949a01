import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { secretFor, secretFrom } from '../../src/keyring/age.ts';
import { encodePairedSlot, encodeSlot, openSlot, slotKey } from '../../src/keyring/slot.ts';
import { slotPublicKey } from '../../src/keyring/slot-pair.ts';
import { newAgeParameters, newSlotParameters, parseSlot, SLOT } from '../../src/keyring/slot-parameters.ts';
import { openWith } from '../../src/keyring/slots.ts';
import { SLOTS } from '../../src/layout/names.ts';
import { noise } from '../fixtures/content.ts';
import { flipped, REPOSITORY_ID, sealedStore } from '../fixtures/sealing.ts';

const content = { rootKey: noise(32, 'root key'), createdMs: 1_700_000_000_000 };
const repositoryId = Buffer.from(REPOSITORY_ID, 'hex');
const NAME = `${SLOTS}0011223344556677`;
/** Made once, with `age-encryption` itself; what they open must be opened for ever. */
const IDENTITIES = {
  plain: 'AGE-SECRET-KEY-1GEDC3ET9ZEJCRUHP45Y7UH4U89DDFDWXS2T96ZE4RHUWZD7MXXMQXS3LR9',
  hybrid: 'AGE-SECRET-KEY-PQ-15UYSV3PK7UWDH3UGLGGPSAKX8GELWX4ME07QPNJQLWVV4TGTDANSRQL3AZ',
};

async function ageSlot(...identities: string[]): Promise<Buffer> {
  const { secret, file } = await secretFor(await Promise.all(identities.map(identityToRecipient)));
  return await encodeSlot(repositoryId, NAME, { parameters: newAgeParameters(file), secret, content });
}

const opened = async (slot: Uint8Array, identity: string): Promise<unknown> =>
  await openWith(sealedStore(), { name: NAME, ...parseSlot(slot, NAME) }, { type: SLOT.age, identities: [identity] });

/** The slot with one bit changed, and a checksum that fits. */
function forged(slot: Buffer, at: number): Buffer {
  const body = flipped(slot.subarray(0, -32), at, at % 8);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

const golden = (name: string): Buffer => readFileSync(new URL(`golden/${name}`, import.meta.url));

describe('slots of age', () => {
  test.each(['plain', 'hybrid'] as const)('one with a %s recipient that was made once opens for ever', async (kind) => {
    const slot = golden(`age-${kind}-slot.bin`);
    expect(await opened(slot, IDENTITIES[kind])).toEqual(content);
    expect(await opened(slot, IDENTITIES[kind === 'plain' ? 'hybrid' : 'plain'])).toBeUndefined();
  });

  test('an identity that is no recipient opens nothing, nor does one among strangers spoil the others', async () => {
    const stranger = await generateX25519Identity();
    const slot = await ageSlot(IDENTITIES.plain);
    expect(await opened(slot, stranger)).toBeUndefined();
    const secret = { type: SLOT.age, identities: [stranger, IDENTITIES.plain] } as const;
    expect(await openWith(sealedStore(), { name: NAME, ...parseSlot(slot, NAME) }, secret)).toEqual(content);
  });

  test('with a byte changed anywhere, and a checksum that fits, it does not open', async () => {
    const slot = golden('age-plain-slot.bin');
    const { parameters } = parseSlot(slot, NAME);
    // All of what age reads; of the sealed object, which has tests of its own, the header and some of the rest.
    const places = Array.from({ length: slot.length - 32 }, (_, i) => i).filter(
      (at) => at < parameters.bytes.length + 90 || at % 97 === 0,
    );
    for (const at of places) {
      let result: unknown;
      try {
        result = await opened(forged(slot, at), IDENTITIES.plain);
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/^(OBJECT_INVALID|UNSUPPORTED_FORMAT)$/);
      }
      expect(result, `byte ${at}`).toBeUndefined();
    }
    expect(await opened(slot, IDENTITIES.plain)).toEqual(content);
  }, 240_000);

  test('an age file of another slot does not open this one, whoever its recipient is', async () => {
    const [one, other] = [await ageSlot(IDENTITIES.plain), await ageSlot(IDENTITIES.plain)];
    const end = parseSlot(one, NAME).parameters.bytes.length;
    const body = Buffer.concat([other.subarray(0, end), one.subarray(end, -32)]);
    const mixed = Buffer.concat([body, createHash('sha256').update(body).digest()]);
    expect(await opened(mixed, IDENTITIES.plain)).toBeUndefined();
  });

  test('what age opens must have 32 bytes', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(IDENTITIES.plain));
    for (const length of [0, 31, 33]) {
      const file = await encrypter.encrypt(new Uint8Array(length));
      expect(await secretFrom(file, [IDENTITIES.plain])).toBeUndefined();
    }
    expect(await secretFrom(await encrypter.encrypt(new Uint8Array(32)), [IDENTITIES.plain])).toHaveLength(32);
  });

  test('a length that goes beyond the slot is refused before anything is read', async () => {
    const slot = await ageSlot(IDENTITIES.plain);
    slot.writeUInt32LE(0xffffffff, 40);
    const body = slot.subarray(0, -32);
    const huge = Buffer.concat([body, createHash('sha256').update(body).digest()]);
    expect(() => parseSlot(huge, NAME)).toThrow(expect.objectContaining({ code: 'OBJECT_INVALID' }));
  });
});

describe('slots that are sealed to the public key of a secret', () => {
  const secret = noise(32, 'a key file');

  async function paired(): Promise<Buffer> {
    const parameters = newSlotParameters(SLOT.keyFile, false);
    const publicKey = slotPublicKey(await slotKey(parameters, secret));
    return encodePairedSlot(repositoryId, NAME, { parameters: parameters.bytes, publicKey, content });
  }

  test('the secret opens them, and no other one', async () => {
    const slot = parseSlot(await paired(), NAME);
    expect(await openSlot(repositoryId, NAME, { ...slot, secret })).toEqual(content);
    expect(await openSlot(repositoryId, NAME, { ...slot, secret: noise(32, 'another') })).toBeUndefined();
    expect(await openSlot(repositoryId, `${NAME}0`, { ...slot, secret })).toBeUndefined();
  });

  test('the public key alone opens nothing: not as a secret, and not as the key of the slot', async () => {
    const parameters = newSlotParameters(SLOT.keyFile, false);
    const publicKey = slotPublicKey(await slotKey(parameters, secret));
    const slot = parseSlot(
      encodePairedSlot(repositoryId, NAME, { parameters: parameters.bytes, publicKey, content }),
      NAME,
    );
    expect(await openSlot(repositoryId, NAME, { ...slot, secret: publicKey })).toBeUndefined();
  });

  test('with a byte changed anywhere, and a checksum that fits, they do not open', async () => {
    const slot = await paired();
    for (let at = 0; at < slot.length - 32; at++) {
      let result: unknown;
      try {
        result = await openSlot(repositoryId, NAME, { ...parseSlot(forged(slot, at), NAME), secret });
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/^(OBJECT_INVALID|UNSUPPORTED_FORMAT)$/);
      }
      // Bit 255 of a point of X25519 counts for nothing; it is bound all the same.
      expect(result, `byte ${at}`).toBeUndefined();
    }
  });

  test('a point of small order is no key', async () => {
    const slot = await paired();
    slot.fill(0, 40, 72);
    const body = slot.subarray(0, -32);
    const zero = Buffer.concat([body, createHash('sha256').update(body).digest()]);
    expect(await openSlot(repositoryId, NAME, { ...parseSlot(zero, NAME), secret })).toBeUndefined();
  });

  test('one that was made once opens for ever', async () => {
    const slot = parseSlot(golden('paired-slot.bin'), NAME);
    expect(await openSlot(repositoryId, NAME, { ...slot, secret })).toEqual(content);
  });
});
