import type { DsseEnvelope, EnvelopeSignature } from '../../src/index.ts';

/** The envelope of DSSE v1.0.0, protocol.md, "Test Vectors": ECDSA on P-256, the two numbers of a signature side by side. */
export const PROTOCOL_VECTOR = {
  x: 46950820868899156662930047687818585632848591499744589407958293238635476079160n,
  y: 5640078356564379163099075877009565129882514886557779369047442380624545832820n,
  pae: 'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  envelope: {
    payload: 'aGVsbG8gd29ybGQ=',
    payloadType: 'http://example.com/HelloWorld',
    signatures: [{ sig: 'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==' }],
  },
} as const;

/** An envelope, whom the verifier trusts, and whether that suffices. */
export interface EnvelopeVector {
  readonly id: string;
  readonly payload: string;
  readonly type: string;
  readonly signatures: readonly EnvelopeSignature[];
  readonly trusts: 'a' | 'ab';
  readonly threshold: number;
  readonly accept: boolean;
}

const statement = 'eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEifQ==';
const inToto = 'application/vnd.in-toto+json';
const byA = '2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA==';
const byB = 'c1+67/aT0yqEpwx8PsVY3MLHsj9D0CZ014/Fv/QlG59P+9CobUZ7xECJ/V3USG0Ob9CiE5LjReEZUzNF2l7eBw==';
const b = { sig: byB, keyid: 'B' };
const a = { sig: byA, keyid: 'A' };

/**
 * Values of secure-systems-lab/dsse, testvectors/vectors.json. The keys A and B are those of RFC 8032 section 7.1, tests 1
 * and 2; `trusts` says which of them the verifier has.
 */
export const REPOSITORY_VECTORS: readonly EnvelopeVector[] = [
  { id: 'one signature', payload: statement, type: inToto, signatures: [a], trusts: 'a', threshold: 1, accept: true },
  {
    id: 'URL-safe base64',
    payload: '-_-_Pj8=',
    type: inToto,
    signatures: [
      { sig: 'P-_KHICeR7tI6S_YyejJTRtrXhcQyQ2LYPaL8h90KjC9qN8HU_svOQ6TuDOT1HIrsGW886DbWNWcCmX5twLrAw==', keyid: 'A' },
    ],
    trusts: 'a',
    threshold: 1,
    accept: true,
  },
  {
    id: 'another type than was signed',
    payload: statement,
    type: 'application/vnd.example.other+json',
    signatures: [a],
    trusts: 'a',
    threshold: 1,
    accept: false,
  },
  {
    id: 'a type beyond ASCII, whose length is in bytes',
    payload: statement,
    type: 'application/vnd.exämple+json',
    signatures: [
      { sig: 'xmSk/ug66ysT7ayhkCIjhAq42zgZXSsEWuzUaNL7w2eGAdF/NU6/fRXPtmfN+5DNSAs5/i2lUnHjbbjPsu0tAw==', keyid: 'A' },
    ],
    trusts: 'a',
    threshold: 1,
    accept: true,
  },
  {
    id: 'an empty payload',
    payload: '',
    type: inToto,
    signatures: [
      { sig: 'gSggCAaTLTYyRH6FIDBem6meyIynsYy8RTHVzwx9tnTb7Bg/1jMWnuVgI/gffqmbsC2VX5/jHfkkDqsj7CDbDg==', keyid: 'A' },
    ],
    trusts: 'a',
    threshold: 1,
    accept: true,
  },
  {
    id: 'two keys of two',
    payload: statement,
    type: inToto,
    signatures: [a, b],
    trusts: 'ab',
    threshold: 2,
    accept: true,
  },
  {
    id: 'one key twice',
    payload: statement,
    type: inToto,
    signatures: [a, a],
    trusts: 'ab',
    threshold: 2,
    accept: false,
  },
  {
    id: 'two keys without key ids',
    payload: statement,
    type: inToto,
    signatures: [{ sig: byA }, { sig: byB }],
    trusts: 'ab',
    threshold: 2,
    accept: true,
  },
];

/** A genuine signature over an empty type, which no verifier may know how to read. */
export const EMPTY_TYPE: DsseEnvelope = {
  payload: statement,
  payloadType: '',
  signatures: [{ sig: 'iC3q/+3Rm0+lpAJRueDmDh15PnwCfxKmS0NAfKsbv+zgulXQC/WM9trc+j1XEqlwDIg/vf/uNfebeD6sxInrDg==' }],
};
