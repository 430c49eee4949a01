import { describe, expect, it } from 'vitest';
import { readCertificateUse } from '../../src/signature/certificate.ts';

const der = (tag: number, ...parts: readonly (number | Buffer)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)));
  return Buffer.concat([Buffer.of(tag, content.length), content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

/** The parts of a certificate that are read: what is signed, with its extensions at the end, and the algorithm. */
function certificate(...extensions: readonly Buffer[]): Buffer {
  const signed = sequence(der(0x02, 1), ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]));
  return sequence(signed, sequence(oid('2b6570')), der(0x03, 0));
}

const CRITICAL = der(0x01, 0xff);
const [KEY_USAGE, CONSTRAINTS, PURPOSES] = [oid('551d0f'), oid('551d13'), oid('551d25')];
const forPurpose = (purpose: string): Buffer => sequence(PURPOSES, der(0x04, sequence(oid(purpose))));
const [codeSigning, serverAuth] = [forPurpose('2b06010505070303'), forPurpose('2b06010505070301')];

describe('the use of a certificate', () => {
  it('is what its extensions say', () => {
    const use = readCertificateUse(
      certificate(
        sequence(KEY_USAGE, CRITICAL, der(0x04, der(0x03, 7, 0x80))),
        sequence(CONSTRAINTS, CRITICAL, der(0x04, sequence(CRITICAL, der(0x02, 3)))),
        codeSigning,
      ),
    );
    expect(use).toEqual({
      keyUsage: 0x80,
      purposes: ['2b06010505070303'],
      pathLength: 3,
      unknownCritical: false,
      signatureAlgorithm: '2b6570',
    });
  });

  it('is open without extensions', () => {
    expect(readCertificateUse(certificate())).toMatchObject({
      keyUsage: undefined,
      purposes: undefined,
      pathLength: Infinity,
    });
  });

  it('is refused where an extension is there twice, the same or another one', () => {
    for (const second of [serverAuth, codeSigning]) {
      expect(() => readCertificateUse(certificate(codeSigning, second))).toThrow(RangeError);
    }
  });

  it('counts a limit of several bytes as none at all', () => {
    const limit = sequence(CONSTRAINTS, der(0x04, sequence(CRITICAL, der(0x02, 1, 0))));
    expect(readCertificateUse(certificate(limit)).pathLength).toBe(0);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['something else than a sequence', der(0x31)],
    ['an extension without a value', certificate(sequence(PURPOSES))],
    ['an extension without a name', certificate(sequence(der(0x04, 0)))],
    ['purposes that are no sequence', certificate(sequence(PURPOSES, der(0x04, oid('2b06'))))],
    ['no algorithm', sequence(sequence(der(0x02, 1)))],
  ])('is refused of %s', (_, bytes) => {
    expect(() => readCertificateUse(bytes)).toThrow(RangeError);
  });
});
