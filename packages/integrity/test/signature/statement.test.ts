import { describe, expect, it } from 'vitest';
import {
  createStatement,
  digest,
  type NamedDigest,
  signEnvelope,
  signStatement,
  type StatementVerification,
  verifyStatement,
  type VerifyStatementOptions,
} from '../../src/index.ts';
import { RFC_8032 } from './known-keys.ts';

const { a, b } = RFC_8032;
const predicateType = 'https://example.com/tested/v1';
const keys = [a.publicKey];

async function digestOf(text: string): Promise<NamedDigest['digest']> {
  return await digest(new TextEncoder().encode(text));
}

const one = { name: 'one', digest: await digestOf('1') };
const two = { name: 'folder/two', digest: await digestOf('2') };
const folder = [one, two];
const statement = createStatement({ subject: folder, predicateType, predicate: { passed: 214 } });
const envelope = signStatement(statement, { privateKey: a });

function check(options: Partial<VerifyStatementOptions>, of: typeof envelope = envelope): StatementVerification {
  return verifyStatement(of, { subject: folder, predicateType, keys, ...options });
}

it('what would be refused is not signed', () => {
  let deep: object = {};
  for (let level = 0; level < 70; level++) deep = { deep };
  const act = (): unknown => signStatement({ ...statement, predicate: { deep } }, { privateKey: a });
  expect(act).toThrow(expect.objectContaining({ code: 'INVALID_STATEMENT' }));
  const type = 'application/vnd.holdfast.signature.v1+json';
  expect(() => signEnvelope(new Uint8Array(1), { payloadType: type, privateKey: a })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});

function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing thrown';
}

describe('statements', () => {
  it('have the form of in-toto v1', async () => {
    expect(statement).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        { name: 'one', digest: { sha256: '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b' } },
        { name: 'folder/two', digest: { sha256: 'd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35' } },
      ],
      predicateType,
      predicate: { passed: 214 },
    });
    expect(envelope.payloadType).toBe('application/vnd.in-toto+json');
    const texts = [{ name: 'one', digest: `${await digestOf('1')}` }];
    expect(createStatement({ subject: texts, predicateType })).toMatchObject({
      subject: statement.subject.slice(0, 1),
      predicate: {},
    });
  });

  it.each([
    ['no subject', { subject: [] }, 'INVALID_STATEMENT'],
    ['a name twice', { subject: [one, one] }, 'INVALID_STATEMENT'],
    ['an empty name', { subject: [{ ...one, name: '' }] }, 'INVALID_STATEMENT'],
    ['an empty type', { predicateType: '' }, 'INVALID_STATEMENT'],
    ['no digest', { subject: [{ name: 'x', digest: 'sha256:' }] }, 'INVALID_DIGEST'],
    ['a checksum', { subject: [{ name: 'x', digest: 'crc32:cbf43926' }] }, 'LEGACY_ALGORITHM'],
    ['MD5', { subject: [{ name: 'x', digest: 'md5:d41d8cd98f00b204e9800998ecf8427e' }] }, 'LEGACY_ALGORITHM'],
    ['another algorithm', { subject: [{ name: 'x', digest: 'sha3:00' }] }, 'UNKNOWN_ALGORITHM'],
    [
      'a member of every object as algorithm',
      { subject: [{ name: 'x', digest: 'constructor:00' }] },
      'UNKNOWN_ALGORITHM',
    ],
    ['__proto__ as algorithm', { subject: [{ name: 'x', digest: '__proto__:00' }] }, 'INVALID_DIGEST'],
  ])('with %s are refused', (_, input, code) => {
    expect(codeOf(() => createStatement({ subject: folder, predicateType, ...input }))).toBe(code);
  });
});

describe('verifyStatement', () => {
  it('a folder that is what was signed verifies, in any order', () => {
    for (const subject of [folder, [two, one]]) {
      expect(check({ subject })).toMatchObject({ verified: true, problem: undefined, statement, differences: [] });
    }
  });

  it('says which files differ, and how', async () => {
    const subject = [
      { name: 'folder/two', digest: await digestOf('3') },
      { name: 'three', digest: await digestOf('3') },
    ];
    expect(check({ subject })).toMatchObject({
      verified: false,
      problem: 'other-subject',
      differences: [
        { name: 'one', kind: 'missing' },
        { name: 'folder/two', kind: 'changed' },
        { name: 'three', kind: 'unexpected' },
      ],
    });
  });

  it('two files with their contents swapped differ', () => {
    const swapped = [
      { ...one, digest: two.digest },
      { ...two, digest: one.digest },
    ];
    expect(check({ subject: swapped }).differences.map(({ kind }) => kind)).toEqual(['changed', 'changed']);
  });

  it('a digest of another algorithm is not comparable', async () => {
    const subject = [{ ...one, digest: await digest(new TextEncoder().encode('1'), { algorithm: 'sha512' }) }, two];
    expect(check({ subject }).differences).toEqual([{ name: 'one', kind: 'not-comparable' }]);
  });

  it('digests under the names of members that every object has are no digests of ours', () => {
    const digests = JSON.parse('{"__proto__":"00","constructor":"00","hasOwnProperty":"00"}') as Record<string, string>;
    const odd = signedJson({ ...statement, subject: [{ name: 'one', digest: digests }] });
    const { statement: opened, differences } = check({ subject: [one] }, odd);
    expect(differences).toEqual([{ name: 'one', kind: 'not-comparable' }]);
    expect(Object.keys(opened?.subject[0]?.digest ?? {})).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
  });

  it('what somebody put on the prototype of all objects is no digest that was signed', () => {
    const blake3 = signedJson({ ...statement, subject: [{ name: 'one', digest: { blake3: '00' } }] });
    const sha256 = statement.subject[0]?.digest['sha256'];
    const prototype = Object.prototype as { sha256?: string | undefined };
    try {
      prototype.sha256 = sha256;
      expect(check({ subject: [one] }, blake3).differences).toEqual([{ name: 'one', kind: 'not-comparable' }]);
    } finally {
      delete prototype.sha256;
    }
  });

  it('a subject has 16 digests at most', () => {
    const digests = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count - 1 }, (_, index) => [`other-${index}`, '00']));
    const withDigests = (count: number): typeof envelope =>
      signEnvelope(
        Buffer.from(
          JSON.stringify({
            ...statement,
            subject: statement.subject.map((each) => ({ ...each, digest: { ...each.digest, ...digests(count) } })),
          }),
        ),
        { payloadType: 'application/vnd.in-toto+json', privateKey: a },
      );
    expect(check({}, withDigests(16))).toMatchObject({ verified: true });
    expect(codeOf(() => check({}, withDigests(17)))).toBe('INVALID_STATEMENT');
  });

  it('another key, or another type of predicate, does not verify', () => {
    expect(check({ keys: [b.publicKey] })).toMatchObject({ problem: 'too-few-signatures', statement: undefined });
    expect(check({ predicateType: 'other' })).toMatchObject({ verified: false, problem: 'other-predicate-type' });
    const plain = signEnvelope(new Uint8Array(2), { payloadType: 'other', privateKey: a });
    expect(check({}, plain)).toMatchObject({ verified: false, problem: 'other-payload-type' });
  });

  it('members that in-toto does not name are ignored', () => {
    const subject = statement.subject.map((each) => ({
      ...each,
      mediaType: 'x',
      digest: { ...each.digest, magic: '00' },
    }));
    expect(check({}, signedJson({ ...statement, subject, note: 1 }))).toMatchObject({ verified: true });
  });

  function signedJson(value: unknown): typeof envelope {
    return signStatement(value as typeof statement, { privateKey: a });
  }

  it.each<[string, unknown]>([
    ['an array', []],
    ['an older version', { ...statement, _type: 'https://in-toto.io/Statement/v0.1' }],
    ['no subject', { ...statement, subject: [] }],
    ['a subject without digest', { ...statement, subject: [{ name: 'one' }] }],
    ['a subject with no digests', { ...statement, subject: [{ name: 'one', digest: {} }] }],
    ['a digest that is a number', { ...statement, subject: [{ name: 'one', digest: { sha256: 1 } }] }],
    ['a name twice', { ...statement, subject: [...statement.subject, ...statement.subject] }],
    ['a predicate in text', { ...statement, predicate: 'x' }],
    ['half of a pair in a name', { ...statement, subject: [{ ...statement.subject[0], name: '\ud83d' }] }],
    ['no type of predicate', { ...statement, predicateType: undefined }],
  ])('%s that was signed is refused', (_, value) => {
    expect(codeOf(() => check({}, signedJson(value)))).toBe('INVALID_STATEMENT');
  });

  it('signed bytes that are no JSON are refused', () => {
    const garbage = signEnvelope(new Uint8Array(2), { payloadType: 'application/vnd.in-toto+json', privateKey: a });
    expect(codeOf(() => check({}, garbage))).toBe('INVALID_STATEMENT');
    expect(codeOf(() => check({ subject: [one, one] }))).toBe('INVALID_STATEMENT');
  });
});
