import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePrivateKey, type PrivateKey } from '../../src/index.ts';

/** Whether there is an `openssl` that makes certificates; without one, tests of certificates are skipped. */
export const hasOpenssl: boolean = spawnSync('openssl', ['version']).status === 0;

/** A certificate to make. */
export interface CertificatePlan {
  /** Who issues it; itself without. */
  readonly issuer?: Issued | undefined;
  /** Lines of an extension section of openssl (x509v3_config). */
  readonly extensions: readonly string[];
  /** A curve, or `rsa:<bits>`. Default P-256. */
  readonly key?: string | undefined;
  /** Default `sha256`. */
  readonly hash?: string | undefined;
  /** Days from now until it ends. Default 30. */
  readonly days?: number | undefined;
}

/** A certificate that was made. */
export interface Issued {
  readonly name: string;
  readonly pem: string;
  readonly keyPem: string;
  readonly privateKey: PrivateKey | undefined;
}

/** Of an authority. */
export const ROOT_EXTENSIONS: readonly string[] = [
  'basicConstraints=critical,CA:true',
  'keyUsage=critical,keyCertSign,cRLSign',
];
/** Of a signer of code. */
export const SIGNER_EXTENSIONS: readonly string[] = [
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=codeSigning',
];

/** Makes a key and a certificate in a folder, by `openssl`. */
export function issue(folder: string, name: string, plan: CertificatePlan): Issued {
  const { issuer, extensions, key = 'P-256', hash = 'sha256', days = 30 } = plan;
  const path = (suffix: string): string => join(folder, `${name}${suffix}`);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const kind = key.startsWith('rsa:')
    ? ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${key.slice(4)}`]
    : ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${key}`];
  openssl('genpkey', ...kind, '-out', path('.key'));
  writeFileSync(path('.cnf'), `[req]\ndistinguished_name=dn\n[dn]\n[ext]\n${extensions.join('\n')}\n`);
  openssl('req', '-new', '-config', path('.cnf'), '-key', path('.key'), '-subj', `/CN=${name}`, '-out', path('.csr'));
  const by = issuer
    ? ['-CA', join(folder, `${issuer.name}.pem`), '-CAkey', join(folder, `${issuer.name}.key`), '-CAcreateserial']
    : ['-signkey', path('.key')];
  const form = ['-extfile', path('.cnf'), '-extensions', 'ext', '-days', String(days), `-${hash}`];
  openssl('x509', '-req', '-in', path('.csr'), ...by, ...form, '-out', path('.pem'));
  const keyPem = readFileSync(path('.key'), 'utf8');
  const privateKey = key.startsWith('rsa:') ? undefined : parsePrivateKey(keyPem);
  return { name, pem: readFileSync(path('.pem'), 'utf8'), keyPem, privateKey };
}
