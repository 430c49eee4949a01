import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  generateKeyPair,
  type ModelBundle,
  type ModelTrust,
  openModelBundle,
  signModel,
  verifyModel,
} from '../../src/index.ts';
import {
  type CertificatePlan,
  hasOpenssl,
  issue,
  type Issued,
  ROOT_EXTENSIONS,
  SIGNER_EXTENSIONS,
} from './certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
afterAll(() => rmSync(folder, { recursive: true }));

const resources = [{ name: 'model.safetensors', digest: `sha256:${createHash('sha256').update('x').digest('hex')}` }];
const day = 86_400_000;

function inDays(days: number): Date {
  return new Date(new Date().getTime() + days * day);
}

function sign(signer: Issued, ...between: Issued[]): ModelBundle {
  const certificates = [signer, ...between].map(({ pem }) => pem).join('');
  return signModel(resources, { name: 'x', privateKey: signer.privateKey!, certificates });
}

function problemOf(bundle: ModelBundle, trust: ModelTrust): string {
  const opened = openModelBundle(bundle, trust);
  return opened.authentic ? 'none' : opened.problem;
}

describe.skipIf(!hasOpenssl && process.env['CI'] === undefined)(
  'models signed with certificates (needs openssl)',
  () => {
    const root = hasOpenssl
      ? issue(folder, 'root', { extensions: ROOT_EXTENSIONS, key: 'rsa:2048', days: 90 })
      : undefined!;
    const make = (name: string, plan: Partial<CertificatePlan>): Issued =>
      issue(folder, name, { issuer: root, extensions: SIGNER_EXTENSIONS, ...plan });
    const ca = hasOpenssl ? make('ca', { extensions: ROOT_EXTENSIONS, days: 60 }) : undefined!;
    const signer = hasOpenssl ? make('signer', { issuer: ca, key: 'P-384' }) : undefined!;
    const bundle = hasOpenssl ? sign(signer, ca) : undefined!;
    const roots = root?.pem;

    it('verify with the root alone, and tell who signed', () => {
      const result = verifyModel(JSON.stringify(bundle), { resources, roots });
      expect(result).toMatchObject({ verified: true, signer: { method: 'certificate' } });
      const { certificate } = result.signer as { certificate: X509Certificate };
      expect(certificate.subject).toBe('CN=signer');
    });

    it('have the structure of the reference tool: DER, the certificate of the signer first', () => {
      expect(bundle.verificationMaterial).toEqual({
        x509CertificateChain: {
          certificates: [signer, ca].map(({ pem }) => ({ rawBytes: new X509Certificate(pem).raw.toString('base64') })),
        },
        tlogEntries: [],
      });
    });

    it('verify with an authority in between, or the certificate itself, as what is trusted', () => {
      expect(problemOf(bundle, { roots: ca.pem })).toBe('none');
      expect(problemOf(bundle, { roots: signer.pem })).toBe('none');
      expect(problemOf(sign(signer), { roots: ca.pem + roots })).toBe('none');
    });

    it('do not verify with another root of the same name, without the one in between, or with no root', () => {
      const other = mkdtempSync(join(folder, 'other-'));
      const namesake = issue(other, 'root', { extensions: ROOT_EXTENSIONS, key: 'rsa:2048' });
      expect(problemOf(bundle, { roots: namesake.pem })).toBe('untrusted-certificate');
      expect(problemOf(sign(signer), { roots })).toBe('untrusted-certificate');
      const key = generateKeyPair({ algorithm: 'ecdsa-p384' }).publicKey;
      expect(problemOf(bundle, { keys: [key] })).toBe('untrusted-certificate');
    });

    it('a root that travels in the bundle is not trusted for it', () => {
      const own = mkdtempSync(join(folder, 'own-'));
      const mine = issue(own, 'mine', { extensions: ROOT_EXTENSIONS });
      const forged = issue(own, 'signer', { issuer: mine, extensions: SIGNER_EXTENSIONS });
      expect(problemOf(sign(forged, mine), { roots })).toBe('untrusted-certificate');
      expect(problemOf(sign(forged, mine), { roots: mine.pem })).toBe('none');
    });

    it('end when a certificate ends, unless judged at its issuance', () => {
      expect(problemOf(bundle, { roots, now: inDays(31) })).toBe('certificate-not-valid-then');
      expect(problemOf(bundle, { roots, now: inDays(-1) })).toBe('certificate-not-valid-then');
      expect(problemOf(bundle, { roots, now: inDays(31), certificatesValidAt: 'issuance' })).toBe('none');
      const long = sign(make('long', { issuer: ca, days: 300 }), ca);
      expect(problemOf(long, { roots, now: inDays(59) })).toBe('none');
      expect(problemOf(long, { roots, now: inDays(61) })).toBe('certificate-not-valid-then');
    });

    it.each<[string, Partial<CertificatePlan>, string]>([
      [
        'for servers',
        { extensions: ['keyUsage=digitalSignature', 'extendedKeyUsage=serverAuth'] },
        'certificate-not-for-signing',
      ],
      ['without a purpose', { extensions: ['keyUsage=digitalSignature'] }, 'certificate-not-for-signing'],
      [
        'that may not sign',
        { extensions: ['keyUsage=keyAgreement', 'extendedKeyUsage=codeSigning'] },
        'certificate-not-for-signing',
      ],
      ['without key usage', { extensions: ['extendedKeyUsage=codeSigning'] }, 'certificate-not-for-signing'],
      [
        'with an unknown critical extension',
        { extensions: [...SIGNER_EXTENSIONS, '1.2.3.4=critical,DER:0500'] },
        'certificate-not-for-signing',
      ],
      ['with an unknown extension', { extensions: [...SIGNER_EXTENSIONS, '1.2.3.4=DER:0500'] }, 'none'],
      [
        'for code among others',
        { extensions: ['keyUsage=digitalSignature', 'extendedKeyUsage=clientAuth,codeSigning'] },
        'none',
      ],
      [
        'that is an authority, too',
        { extensions: ['basicConstraints=critical,CA:true', ...SIGNER_EXTENSIONS] },
        'none',
      ],
      [
        'for any purpose',
        { extensions: ['keyUsage=digitalSignature', 'extendedKeyUsage=anyExtendedKeyUsage'] },
        'certificate-not-for-signing',
      ],
      [
        'for time stamps',
        { extensions: ['keyUsage=digitalSignature', 'extendedKeyUsage=timeStamping'] },
        'certificate-not-for-signing',
      ],
      ['of an authority', { extensions: ROOT_EXTENSIONS }, 'certificate-not-for-signing'],
      ['with a SHA-1 signature', { hash: 'sha1' }, 'certificate-too-weak'],
      ['on P-521', { key: 'P-521' }, 'none'],
    ])('a certificate %s: %#', (name, plan, problem) => {
      const made = make(`plan-${name.replaceAll(' ', '-')}`, plan);
      expect(problemOf(sign(made), { roots })).toBe(problem);
    });

    it.each<[string, Partial<CertificatePlan>, string]>([
      [
        'that is no authority',
        { extensions: ['basicConstraints=CA:false', 'keyUsage=keyCertSign'] },
        'untrusted-certificate',
      ],
      [
        'that may not issue',
        { extensions: ['basicConstraints=CA:true', 'keyUsage=digitalSignature'] },
        'untrusted-certificate',
      ],
      [
        'for servers only',
        { extensions: [...ROOT_EXTENSIONS, 'extendedKeyUsage=serverAuth'] },
        'certificate-not-for-signing',
      ],
      [
        'for names only',
        { extensions: [...ROOT_EXTENSIONS, 'nameConstraints=critical,permitted;DNS:example.com'] },
        'certificate-not-for-signing',
      ],
      ['with a weak key', { extensions: ROOT_EXTENSIONS, key: 'rsa:1024' }, 'certificate-too-weak'],
      ['for code', { extensions: [...ROOT_EXTENSIONS, 'extendedKeyUsage=codeSigning'] }, 'none'],
    ])('below one in between %s: %#', (name, plan, problem) => {
      const between = make(`between-${name.replaceAll(' ', '-')}`, plan);
      const made = issue(folder, `below-${name.replaceAll(' ', '-')}`, {
        issuer: between,
        extensions: SIGNER_EXTENSIONS,
      });
      expect(problemOf(sign(made, between), { roots })).toBe(problem);
    });

    it('an authority that may have none below has none', () => {
      const last = make('last', {
        extensions: ['basicConstraints=critical,CA:true,pathlen:0', 'keyUsage=keyCertSign'],
      });
      const below = issue(folder, 'below-last', { issuer: last, extensions: ROOT_EXTENSIONS });
      const allowed = issue(folder, 'allowed', { issuer: last, extensions: SIGNER_EXTENSIONS });
      const beyond = issue(folder, 'beyond', { issuer: below, extensions: SIGNER_EXTENSIONS });
      expect(problemOf(sign(allowed, last), { roots })).toBe('none');
      expect(problemOf(sign(beyond, below, last), { roots })).toBe('untrusted-certificate');
    });

    it('a way of ten certificates from the signer to the root is gone, and none of eleven', () => {
      const authorities = [root];
      for (let index = 0; index < 9; index++) {
        const issuer = authorities[0]!;
        authorities.unshift(issue(folder, `step-${index}`, { issuer, extensions: ROOT_EXTENSIONS }));
      }
      const below = (index: number): Issued =>
        issue(folder, `steps-${index}`, { issuer: authorities[index]!, extensions: SIGNER_EXTENSIONS });
      // Without the root, which is the last one: 8 and 9 authorities in between.
      expect(problemOf(sign(below(1), ...authorities.slice(1, -1)), { roots })).toBe('none');
      const eleven = sign(below(0), ...authorities.slice(0, -1));
      expect(problemOf(eleven, { roots })).toBe('untrusted-certificate');
      expect(problemOf(eleven, { roots: authorities.at(-2)!.pem })).toBe('none');
    });

    it('bytes that are a certificate and something else are refused', () => {
      const { raw } = new X509Certificate(signer.pem);
      const withBytes = (bytes: Uint8Array): unknown => ({
        ...bundle,
        verificationMaterial: {
          x509CertificateChain: { certificates: [{ rawBytes: Buffer.from(bytes).toString('base64') }] },
          tlogEntries: [],
        },
      });
      const open = (bytes: Uint8Array): string => problemOf(withBytes(bytes) as ModelBundle, { roots: ca.pem });
      expect(open(raw)).toBe('none');
      for (const bytes of [
        Buffer.concat([raw, Buffer.of(0)]),
        Buffer.concat([raw, raw]),
        Buffer.concat([Buffer.of(0), raw]),
        Buffer.from(signer.pem),
        Buffer.from(`${signer.pem}more`),
        raw.subarray(0, -1),
      ]) {
        expect(() => open(bytes)).toThrow(expect.objectContaining({ code: 'INVALID_BUNDLE' }));
      }
    });

    it('the signature of another key does not count', () => {
      const other = make('other', {});
      const swapped = { ...bundle, dsseEnvelope: sign(other).dsseEnvelope };
      expect(problemOf(swapped, { roots })).toBe('bad-signature');
      const privateKey = other.privateKey!;
      const act = (): unknown => signModel(resources, { name: 'x', privateKey, certificates: signer.pem });
      expect(act).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    });

    it('a certificate with any bit flipped is not believed', () => {
      const [first, ...rest] = [signer, ca].map(({ pem }) => new X509Certificate(pem).raw);
      fc.assert(
        fc.property(fc.nat(first!.length * 8 - 1), (bit) => {
          const flipped = Buffer.from(first!);
          flipped[bit >> 3]! ^= 1 << (bit & 7);
          const certificates = [flipped, ...rest].map((der) => ({ rawBytes: der.toString('base64') }));
          const hostile = {
            ...bundle,
            verificationMaterial: { x509CertificateChain: { certificates }, tlogEntries: [] },
          };
          try {
            expect(problemOf(hostile as unknown as ModelBundle, { roots })).not.toBe('none');
          } catch (error) {
            expect(error).toHaveProperty('code', 'INVALID_BUNDLE');
          }
        }),
        { numRuns: 300 },
      );
    });

    it('of roots there are 128 at most', () => {
      expect(problemOf(bundle, { roots: root.pem.repeat(128) })).toBe('none');
      const refused = expect.objectContaining({ code: 'INVALID_CERTIFICATE' }) as Error;
      expect(() => openModelBundle(bundle, { roots: root.pem.repeat(129) })).toThrow(refused);
      expect(() => openModelBundle(bundle, { roots: root.pem + ' '.repeat(9 << 20) })).toThrow(refused);
    });

    it('roots that are no certificates are refused', () => {
      for (const pem of [
        '',
        'x',
        '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
        signer.keyPem,
        `${root.pem}${root.pem.replace('M', '!')}`,
      ]) {
        expect(() => openModelBundle(bundle, { roots: pem })).toThrow(
          expect.objectContaining({ code: 'INVALID_CERTIFICATE' }),
        );
      }
    });
  },
);
