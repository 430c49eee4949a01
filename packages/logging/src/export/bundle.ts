import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  canonicalJson,
  digestFile,
  type PrivateKey,
  type PublicKey,
  sign,
  type TimedVerdict,
  verify,
} from '@x/integrity';
import { isSystemError, LogError } from '../errors.ts';
import type { StreamName } from '../files/log-file.ts';
import type { FoundRecord } from '../search/contract.ts';

/** What a sealed bundle says of itself. */
export interface BundleManifest {
  readonly format: 'holdfast-logs';
  readonly version: 1;
  /** ISO 8601, UTC: when it was made. */
  readonly made: string;
  readonly host: string;
  /** What was asked for. */
  readonly query: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly streams: readonly StreamName[];
  readonly records: number;
  readonly bytes: number;
  /** SHA-256 of `records.ndjson`, hexadecimal. */
  readonly sha256: string;
  /** Of the audit log, when its records are in it: where the log ended, signed. */
  readonly checkpoint?: string | undefined;
}

/** What goes into a bundle. */
export interface BundleInput extends Omit<BundleManifest, 'format' | 'version' | 'records' | 'bytes' | 'sha256'> {
  readonly records: AsyncIterable<FoundRecord>;
  readonly privateKey: PrivateKey;
}

const [RECORDS, MANIFEST, SIGNATURE] = ['records.ndjson', 'manifest.json', 'manifest.json.sig.json'] as const;
const LONGEST_MANIFEST = 1024 * 1024;

/**
 * Writes records, a manifest and its signature into a new folder.
 *
 * @throws {LogError} `BUNDLE_EXISTS`, `LOG_UNWRITABLE`.
 */
export async function writeBundle(folder: string, input: BundleInput): Promise<BundleManifest> {
  const { records, privateKey, ...said } = input;
  try {
    await mkdir(folder);
  } catch (cause) {
    if (isSystemError(cause, 'EEXIST')) {
      throw new LogError('BUNDLE_EXISTS', `Expected a folder that is not there yet, got ${folder}`, { cause });
    }
    throw new LogError('LOG_UNWRITABLE', `Expected to make ${folder}, got ${(cause as Error).message}`, { cause });
  }
  const written = await writeRecords(join(folder, RECORDS), records);
  const manifest: BundleManifest = { format: 'holdfast-logs', version: 1, ...said, ...written };
  const text = `${canonicalJson(JSON.parse(JSON.stringify(manifest)))}\n`;
  await writeFile(join(folder, MANIFEST), text, { flag: 'wx' });
  const signature = await sign(Buffer.from(text), { privateKey });
  await writeFile(join(folder, SIGNATURE), `${JSON.stringify(signature)}\n`, { flag: 'wx' });
  return manifest;
}

async function writeRecords(
  path: string,
  records: AsyncIterable<FoundRecord>,
): Promise<Pick<BundleManifest, 'records' | 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let [count, bytes] = [0, 0];
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const { line } of records) {
      const chunk = Buffer.from(`${line}\n`);
      hash.update(chunk);
      count += 1;
      bytes += chunk.length;
      yield chunk;
    }
  }
  await pipeline(lines(), createWriteStream(path, { flags: 'wx', flush: true }));
  return { records: count, bytes, sha256: hash.digest('hex') };
}

/** What became of a bundle that was looked at. */
export interface BundleVerification {
  /** Whether a trusted key signed the manifest, and the records are those that it names. */
  readonly ok: boolean;
  /** What is wrong, in words. */
  readonly problems: readonly string[];
  /** Only to be believed when `ok`. */
  readonly manifest: BundleManifest;
  readonly signatures: readonly TimedVerdict[];
}

/**
 * Verifies a sealed bundle anywhere, with the public key alone.
 *
 * @throws {LogError} `INVALID_BUNDLE` where files are missing or are no bundle; {IntegrityError} `INVALID_SIGNATURE`.
 * @example
 * ```ts
 * import { loadPublicKey } from '@x/integrity';
 * import { verifyBundle } from '@x/logging';
 *
 * const { ok, problems } = await verifyBundle('audit-2026', [await loadPublicKey('audit.pub')]);
 * if (!ok) console.error(problems.join('\n'));
 * ```
 */
export async function verifyBundle(folder: string, publicKeys: readonly PublicKey[]): Promise<BundleVerification> {
  const [text, signature] = await Promise.all([readPart(folder, MANIFEST), readPart(folder, SIGNATURE)]);
  const { verified, signatures } = await verify(text, signature, { keys: publicKeys });
  const manifest = manifestIn(text);
  const problems = verified ? [] : signatures.map(({ keyId, message }) => `The key ${keyId}: ${message}`);
  if (!verified && problems.length === 0) problems.push('Nobody has signed it.');
  let found: string | undefined;
  try {
    found = (await digestFile(join(folder, RECORDS))).hex;
  } catch {
    problems.push(`${RECORDS} can't be read.`);
  }
  if (found !== undefined && found !== manifest.sha256)
    problems.push(`${RECORDS} is not what was signed: it was changed.`);
  return { ok: problems.length === 0, problems, manifest, signatures };
}

async function readPart(folder: string, name: string): Promise<Buffer> {
  try {
    const path = join(folder, name);
    if ((await stat(path)).size <= LONGEST_MANIFEST) return await readFile(path);
  } catch (cause) {
    throw new LogError('INVALID_BUNDLE', `Expected ${name} in ${folder}, got ${(cause as Error).message}`, { cause });
  }
  throw new LogError('INVALID_BUNDLE', `Expected ${name} of at most ${LONGEST_MANIFEST} bytes, got more`);
}

function manifestIn(bytes: Buffer): BundleManifest {
  try {
    const manifest = JSON.parse(bytes.toString()) as BundleManifest;
    if (manifest.format === 'holdfast-logs' && manifest.version === 1) return manifest;
  } catch {
    // Told below.
  }
  throw new LogError('INVALID_BUNDLE', 'Expected a manifest of a bundle of logs of version 1, got something else');
}
