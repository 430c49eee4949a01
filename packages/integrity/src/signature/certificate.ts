import { X509Certificate } from 'node:crypto';
import { IntegrityError } from '../errors.ts';
import { DER, derContent, type DerElement, derElements, derInside } from './der.ts';

/** What a certificate may be used for: the parts of RFC 5280 section 4.2 that node:crypto does not tell. */
export interface CertificateUse {
  /** The bits of keyUsage (4.2.1.3); `undefined` without that extension. */
  readonly keyUsage: number | undefined;
  /** The purposes of extendedKeyUsage (4.2.1.12) in hexadecimal; `undefined` without that extension. */
  readonly purposes: readonly string[] | undefined;
  /** How many certificates of authorities may follow (4.2.1.9); `Infinity` without a limit. */
  readonly pathLength: number;
  /** Whether there is a critical extension that is not understood here, name constraints included. */
  readonly unknownCritical: boolean;
  /** The object identifier of the signature's algorithm, in hexadecimal. */
  readonly signatureAlgorithm: string;
}

/** Most bytes of a certificate in DER. */
export const MAX_CERTIFICATE_BYTES = 32_768;

/** Most certificates in a chain, and in a text in PEM. */
const MAX_CERTIFICATES = 128;

const PEM_BLOCKS = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Object identifiers under 2.5.29, in hexadecimal. */
const EXTENSION = { keyUsage: '551d0f', subjectAltName: '551d11', basicConstraints: '551d13', purposes: '551d25' };

const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(EXTENSION));

/** The element of a TBSCertificate that holds its extensions: [3], explicit. */
const EXTENSIONS_TAG = 0xa3;

/**
 * Reads the certificates of a text in PEM (RFC 7468 section 5). What stands between them is ignored.
 *
 * @throws {IntegrityError} `INVALID_CERTIFICATE` for no certificate, more than 128, and one that can't be read.
 */
export function parseCertificates(pem: string | Uint8Array): X509Certificate[] {
  const text = typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
  const limit = MAX_CERTIFICATES * MAX_CERTIFICATE_BYTES * 2;
  if (text.length > limit) {
    throw new IntegrityError('INVALID_CERTIFICATE', `Expected at most ${limit} bytes of PEM, got ${text.length}.`);
  }
  const blocks = text.match(PEM_BLOCKS) ?? [];
  if (blocks.length === 0 || blocks.length > MAX_CERTIFICATES) {
    const expected = `1 to ${MAX_CERTIFICATES} certificates in PEM`;
    throw new IntegrityError('INVALID_CERTIFICATE', `Expected ${expected}, got ${blocks.length}.`);
  }
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new IntegrityError(
        'INVALID_CERTIFICATE',
        'Expected a certificate, got a PEM block that does not hold one.',
        {
          cause,
        },
      );
    }
  });
}

/**
 * Reads what a certificate may be used for (RFC 5280 section 4.1):
 * a sequence of the part that is signed, the algorithm and the signature; the signed part ends with the extensions, each an
 * identifier, whether it is critical (left out if not), and a value.
 *
 * @throws {RangeError} For a certificate that is not in DER or has an extension twice.
 */
export function readCertificateUse(der: Uint8Array): CertificateUse {
  const [signed, algorithm] = derInside(derElements(der)[0]);
  const holder = derInside(signed).find(({ tag }) => tag === EXTENSIONS_TAG);
  const list = holder === undefined ? [] : derInside(derElements(holder.content)[0]);
  const extensions = list.map((each) => readExtension(each));
  // RFC 5280 section 4.2: none twice. Else two readers may see two certificates.
  if (new Set(extensions.map(({ id }) => id)).size < extensions.length)
    throw new RangeError('an extension there twice');
  const find = (id: string): Uint8Array | undefined => extensions.find((each) => each.id === id)?.value;
  return {
    keyUsage: readBits(find(EXTENSION.keyUsage)),
    purposes: readPurposes(find(EXTENSION.purposes)),
    pathLength: readPathLength(find(EXTENSION.basicConstraints)),
    unknownCritical: extensions.some(({ id, critical }) => critical && !UNDERSTOOD.has(id)),
    signatureAlgorithm: hex(derContent(derInside(algorithm)[0], DER.oid)),
  };
}

function readExtension(element: DerElement): { id: string; critical: boolean; value: Uint8Array } {
  const [id, ...rest] = derInside(element);
  const critical = rest[0]?.tag === DER.boolean && rest[0].content[0] !== 0;
  return { id: hex(derContent(id, DER.oid)), critical, value: derContent(rest.at(-1), DER.octetString) };
}

/** The first byte of a bit string, after the one that counts unused bits: digitalSignature is 0x80, keyCertSign 0x04. */
function readBits(value: Uint8Array | undefined): number | undefined {
  return value && (derContent(derElements(value)[0], DER.bitString)[1] ?? 0);
}

function readPurposes(value: Uint8Array | undefined): string[] | undefined {
  return value && derInside(derElements(value)[0]).map((each) => hex(derContent(each, DER.oid)));
}

function readPathLength(value: Uint8Array | undefined): number {
  const limit = value && derInside(derElements(value)[0]).find(({ tag }) => tag === DER.integer);
  // One byte is enough for every limit that can be reached; a longer one counts as none at all.
  return limit === undefined ? Number.POSITIVE_INFINITY : limit.content.length === 1 ? (limit.content[0] ?? 0) : 0;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
