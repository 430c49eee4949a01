import type { X509Certificate } from 'node:crypto';
import { type CertificateUse, readCertificateUse } from './certificate.ts';
import { algorithmOf } from './key-algorithm.ts';

/** Why a certificate is not believed. */
export type CertificateProblem =
  | 'untrusted-certificate'
  | 'certificate-not-valid-then'
  | 'certificate-not-for-signing'
  | 'certificate-too-weak';

/** What a chain is judged by. */
export interface ChainOptions {
  /** Certificates that are trusted as they are: roots, or any authority below one. */
  readonly roots: readonly X509Certificate[];
  /** The time at which every certificate must be valid. */
  readonly at: Date;
}

/** Longest way from a signer to a root, both included. */
const MAX_PATH = 10;

const DIGITAL_SIGNATURE = 0x80;

/** 1.3.6.1.5.5.7.3.3, code signing, and 2.5.29.37.0, any purpose (RFC 5280 section 4.2.1.12), in hexadecimal. */
const CODE_SIGNING = '2b06010505070303';
const ANY_PURPOSE = '551d2500';

/** SHA-256, SHA-384 and SHA-512 with RSA (PKCS #1) and ECDSA, and Ed25519, in hexadecimal. SHA-1 and MD5 are forgeable. */
const STRONG_SIGNATURES: ReadonlySet<string> = new Set([
  '2a864886f70d01010b',
  '2a864886f70d01010c',
  '2a864886f70d01010d',
  '2a8648ce3d040302',
  '2a8648ce3d040303',
  '2a8648ce3d040304',
  '2b6570',
]);

const LEAST_RSA_BITS = 2048;

/**
 * Judges the certificate of a signer: is there a way from it to a trusted root, and may it sign code? RFC 5280 section 6
 * without policies and name constraints (a critical one is refused), and without revocation lists, which node:crypto does not
 * have. Of several ways the first is taken.
 *
 * @param chain The signer's certificate, then those of authorities in any order.
 * @returns What is wrong; `undefined` if nothing is.
 * @throws {RangeError} For a certificate that is not in DER.
 */
export function judgeChain(
  chain: readonly X509Certificate[],
  { roots, at }: ChainOptions,
): CertificateProblem | undefined {
  const [signer, ...between] = chain;
  const path = signer && findPath(signer, { between, roots });
  if (path === undefined) return 'untrusted-certificate';
  const uses = path.map(({ raw }) => readCertificateUse(raw));
  if (!path.every((each) => each.validFromDate <= at && at <= each.validToDate)) return 'certificate-not-valid-then';
  if (!path.every((each, index) => isStrong(each, uses[index], index === path.length - 1)))
    return 'certificate-too-weak';
  if (!uses.every((use, index) => mayBeUsed(use, index === 0, index === path.length - 1))) {
    return 'certificate-not-for-signing';
  }
  return path.every((_, index) => index - 1 <= (uses[index]?.pathLength ?? 0)) ? undefined : 'untrusted-certificate';
}

interface Issuers {
  readonly between: readonly X509Certificate[];
  readonly roots: readonly X509Certificate[];
}

/** Climbs from issuer to issuer until a root is reached. Each certificate is used once, so that loops end. */
function findPath(signer: X509Certificate, { between, roots }: Issuers): X509Certificate[] | undefined {
  const path = [signer];
  const unused = new Set(between);
  for (let top = signer; path.length < MAX_PATH;) {
    if (roots.some((root) => root.raw.equals(top.raw))) return path;
    const root = roots.find((each) => issued(each, top));
    if (root !== undefined) return [...path, root];
    const next = [...unused].find((each) => issued(each, top));
    if (next === undefined) return undefined;
    unused.delete(next);
    path.push(next);
    top = next;
  }
  return undefined;
}

/** Whether `issuer` is an authority of that name and key identifier, and has signed `subject`. */
function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

/** A root is trusted as it is: nothing depends on the signature that it puts under itself. */
function isStrong({ publicKey }: X509Certificate, use: CertificateUse | undefined, isRoot: boolean): boolean {
  const rsaBits = publicKey.asymmetricKeyType === 'rsa' ? (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) : 0;
  if (rsaBits < LEAST_RSA_BITS && algorithmOf(publicKey) === undefined) return false;
  return isRoot || (use !== undefined && STRONG_SIGNATURES.has(use.signatureAlgorithm));
}

/** A signer must be allowed to sign, and to sign code; an authority to issue, and, if it says for what, for code. */
function mayBeUsed(
  { keyUsage, purposes, unknownCritical }: CertificateUse,
  isSigner: boolean,
  isRoot: boolean,
): boolean {
  if (unknownCritical) return false;
  if (isSigner) return ((keyUsage ?? 0) & DIGITAL_SIGNATURE) !== 0 && purposes?.includes(CODE_SIGNING) === true;
  return isRoot || purposes === undefined || purposes.includes(CODE_SIGNING) || purposes.includes(ANY_PURPOSE);
}
