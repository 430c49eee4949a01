import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES, SEALED_BLOCK_BYTES, sealBlock, TAG_BYTES } from '../../src/envelope/blocks.ts';
import { HEADER_BYTES, KIND, newObjectKey, type SealContext } from '../../src/envelope/header.ts';
import { openObject, sealObject } from '../../src/envelope/object.ts';
import { noise } from '../fixtures/content.ts';
import { refusalOf } from '../fixtures/refusal.ts';
import { contextOf, flipped, SUBKEY } from '../fixtures/sealing.ts';

const context = contextOf();
const seal = (content: Uint8Array, where: SealContext = context): Buffer => sealObject(SUBKEY, where, content);
const open = (sealed: Uint8Array, where: SealContext = context): Buffer => openObject(SUBKEY, where, sealed);

/** Codes that damage may have. A flip in the version's byte makes it a newer one: that is all that can be said. */
const DAMAGE = /^OBJECT_(DAMAGED|TRUNCATED|INVALID)$/;
const VERSION_AT = 8;

/** Sizes on both sides of every border: of the padding and of blocks. */
const SIZES = [
  0, 1, 15, 3998, 3999, 4000, 4095, 4096, 4097, 65_000, 65_439, 65_440, 65_441, 65_535, 65_536, 65_537, 131_071,
  131_072, 131_073, 200_000,
];
/** An object of three blocks. */
const LARGE = noise(2 * BLOCK_BYTES + 1000, 'large');

/** Stored bytes of each block of {@link LARGE}. */
function blocksOf(sealed: Buffer): Buffer[] {
  const body = sealed.subarray(HEADER_BYTES);
  return [0, 1, 2].map((number) => body.subarray(number * SEALED_BLOCK_BYTES, (number + 1) * SEALED_BLOCK_BYTES));
}

describe('sealed objects', () => {
  test.each(SIZES)('%d bytes come back, in a multiple of 4096 bytes', (size) => {
    const content = noise(size, size);
    const sealed = seal(content);
    expect(sealed.length % 4096).toBe(0);
    expect(sealed.length - size).toBeLessThan(HEADER_BYTES + 4 * TAG_BYTES + 2 * 4096);
    expect(open(sealed).equals(content)).toBe(true);
  });

  test('any content comes back, also one that looks like padding', () => {
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 9000 }),
      fc.nat(9000).map((size) => Buffer.alloc(size)),
      fc.nat(9000).map((size) => Buffer.alloc(size, 0x80)),
    );
    fc.assert(
      fc.property(contents, (content) => {
        const sealed = seal(content);
        expect(sealed.length % 4096).toBe(0);
        expect(open(sealed).equals(content)).toBe(true);
      }),
    );
  });

  test('nothing of the content, the name or the key is in what is stored', () => {
    const secret = 'a secret that nobody may read';
    const content = Buffer.from(secret.repeat(5000));
    const sealed = seal(content).toString('latin1');
    for (const trace of [secret, secret.slice(3, 11), context.name, SUBKEY.toString('latin1').slice(0, 8)]) {
      expect(sealed).not.toContain(trace);
    }
  });

  test('the same content sealed twice has nothing in common but the beginning of its header', () => {
    const content = Buffer.alloc(10_000);
    const [one, other] = [seal(content), seal(content)];
    expect(one.subarray(0, 16)).toEqual(other.subarray(0, 16));
    const equal = one.filter((byte, i) => byte === other[i]).length;
    expect(equal).toBeLessThan(one.length / 64);
  });

  test('sizes tell no more than multiples of 4096', () => {
    const sizes = new Set(Array.from({ length: 3000 }, (_, size) => seal(Buffer.alloc(size)).length));
    expect([...sizes]).toEqual([4096]);
  });
});

describe('damage', () => {
  test('a bit changed anywhere in a small object is noticed, and the object is named', () => {
    const sealed = seal(noise(2000, 1));
    for (let at = 0; at < sealed.length; at++) {
      const error = refusalOf(() => open(flipped(sealed, at, at % 8)));
      expect(error.object).toBe(context.name);
      expect(error.message).toContain(context.name);
      if (at === VERSION_AT) expect(error.code).toBe('UNSUPPORTED_FORMAT');
      else expect(error.code).toMatch(DAMAGE);
    }
  });

  test('any bit changed in any object is noticed', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(), fc.nat(7), (size, position, bit) => {
        const sealed = seal(noise(size, 'x'));
        const at = position % sealed.length;
        const error = refusalOf(() => open(flipped(sealed, at, bit)));
        expect(error.object).toBe(context.name);
        expect(error.code).toMatch(at === VERSION_AT ? /^UNSUPPORTED_FORMAT$/ : DAMAGE);
      }),
    );
  });

  test('an object cut at any length is noticed', () => {
    const sealed = seal(LARGE);
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), (length) => {
        const error = refusalOf(() => open(sealed.subarray(0, length)));
        expect(error.object).toBe(context.name);
        expect(error.code).toMatch(DAMAGE);
      }),
    );
  });

  test.each([0, 1, HEADER_BYTES - 1, HEADER_BYTES + SEALED_BLOCK_BYTES, HEADER_BYTES + 2 * SEALED_BLOCK_BYTES])(
    'one that ends after %d bytes, between its parts, is called truncated',
    (length) => {
      expect(refusalOf(() => open(seal(LARGE).subarray(0, length))).code).toBe('OBJECT_TRUNCATED');
    },
  );

  test('bytes at the end of an object are noticed', () => {
    const sealed = seal(LARGE);
    for (const more of [1, 16, 4096, SEALED_BLOCK_BYTES]) {
      expect(refusalOf(() => open(Buffer.concat([sealed, Buffer.alloc(more)]))).code).toBe('OBJECT_DAMAGED');
    }
  });

  test('blocks in any other order or number are noticed', () => {
    const sealed = seal(LARGE);
    const header = sealed.subarray(0, HEADER_BYTES);
    const blocks = blocksOf(sealed);
    const orders = fc.array(fc.nat(2), { maxLength: 6 }).filter((order) => order.join() !== '0,1,2');
    fc.assert(
      fc.property(orders, (order) => {
        const mixed = Buffer.concat([header, ...order.map((number) => blocks[number] as Buffer)]);
        expect(refusalOf(() => open(mixed)).code).toMatch(DAMAGE);
      }),
    );
  });

  test('a block of another object with the same key and name is noticed', () => {
    const [one, other] = [seal(LARGE), seal(LARGE)];
    const blocks = blocksOf(one);
    blocks[1] = blocksOf(other)[1] as Buffer;
    const mixed = Buffer.concat([one.subarray(0, HEADER_BYTES), ...blocks]);
    expect(refusalOf(() => open(mixed)).code).toBe('OBJECT_DAMAGED');
  });

  test('an object that authenticates without padding is refused', () => {
    const { key, header } = newObjectKey(SUBKEY, context);
    const out = Buffer.alloc(HEADER_BYTES + 32 + TAG_BYTES);
    header.copy(out);
    sealBlock({ key, number: 0, last: true }, Buffer.alloc(32), out, HEADER_BYTES);
    expect(refusalOf(() => open(out))).toMatchObject({ code: 'OBJECT_INVALID', object: context.name });
  });
});

describe('binding', () => {
  const elsewhere: readonly (readonly [string, Partial<SealContext>])[] = [
    ['name', { name: `${context.name.slice(0, -1)}0` }],
    ['tenant', { label: Buffer.alloc(8, 9) }],
    ['kind', { kind: KIND.commit }],
    ['repository', { repositoryId: Buffer.alloc(16, 9) }],
    ['public parameters', { extra: Uint8Array.of(1) }],
  ];

  test.each(elsewhere)('an object moved to another %s does not open', (_, changes) => {
    const sealed = seal(Buffer.from('content'));
    const where = contextOf(changes);
    expect(refusalOf(() => open(sealed, where))).toMatchObject({ code: 'OBJECT_DAMAGED', object: where.name });
  });

  test('an object whose header says another kind does not open there either', () => {
    const sealed = seal(Buffer.from('content'));
    sealed[9] = KIND.commit;
    expect(refusalOf(() => open(sealed, contextOf({ kind: KIND.commit }))).code).toBe('OBJECT_DAMAGED');
  });

  test('an object does not open with another key', () => {
    const sealed = seal(Buffer.from('content'));
    expect(refusalOf(() => openObject(Buffer.alloc(32), context, sealed)).code).toBe('OBJECT_DAMAGED');
  });

  test('a newer format version is told apart from damage', () => {
    const sealed = seal(Buffer.from('content'));
    sealed[VERSION_AT] = 1;
    const error = refusalOf(() => open(sealed));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_FORMAT', object: context.name });
    expect(error.hint).toContain('newer version');
  });
});

describe('the format', () => {
  const golden = (name: string): Buffer => readFileSync(new URL(`golden/${name}`, import.meta.url));

  test('an object that was sealed once opens for ever', () => {
    expect(open(golden('object.bin')).toString()).toBe('sealed once, opened for ever');
  });

  test('so does one of two blocks', () => {
    const opened = open(golden('two-blocks.bin'));
    expect(opened.equals(Buffer.alloc(70_000, 'two blocks '))).toBe(true);
  });

  test('numbers of kinds are frozen', () => {
    expect(KIND).toEqual({
      slot: 1,
      config: 2,
      keyring: 3,
      session: 4,
      pack: 5,
      index: 6,
      commit: 7,
      epoch: 8,
      forget: 9,
      history: 10,
      journal: 11,
    });
  });
});
