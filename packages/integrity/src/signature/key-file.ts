import { type FileHandle, open, unlink } from 'node:fs/promises';
import { IntegrityError } from '../errors.ts';
import { fileError } from '../file-error.ts';
import type { PrivateKey, PublicKey } from './key.ts';
import { MAX_KEY_BYTES, parsePrivateKey, parsePublicKey, type PrivateKeyOptions } from './parse-key.ts';

const MAX_PASSPHRASE_BYTES = 1024;

/** Bits of a file's mode that let anyone but its owner in. */
const OTHERS = 0o077;

/** Something to tell the user about a private key file that was read all the same. */
export interface KeyFileWarning {
  readonly kind: 'readable-by-others';
  /** Says which file, its mode and what to do. */
  readonly message: string;
}

/** What `loadPrivateKey` returns. */
export interface LoadedPrivateKey {
  readonly privateKey: PrivateKey;
  /** Empty if all is well. */
  readonly warnings: readonly KeyFileWarning[];
}

/**
 * Reads a private key from a file; see `parsePrivateKey` for what it may hold. A file that others than its owner may read,
 * write or run is read, and reported in `warnings` (not on Windows, where modes say nothing).
 *
 * @throws {IntegrityError} `READ_FAILED`; `PASSPHRASE_NEEDED`; `WRONG_PASSPHRASE`; `INVALID_KEY`.
 * @example
 * ```ts
 * import { loadPrivateKey } from '@x/integrity';
 *
 * const { privateKey, warnings } = await loadPrivateKey('release.key', { passphrase: process.env['RELEASE_PASSPHRASE'] });
 * for (const { message } of warnings) console.warn(message);
 * console.log(privateKey.keyId);
 * ```
 */
export async function loadPrivateKey(path: string | URL, options: PrivateKeyOptions = {}): Promise<LoadedPrivateKey> {
  const { bytes, mode } = await readKeyFile(path);
  const privateKey = parsePrivateKey(bytes, options);
  const exposed = process.platform !== 'win32' && (mode & OTHERS) !== 0;
  return { privateKey, warnings: exposed ? [readableByOthers(path, mode)] : [] };
}

/**
 * Reads a public key from a file; see `parsePublicKey` for what it may hold.
 *
 * @throws {IntegrityError} `READ_FAILED`; `INVALID_KEY`.
 */
export async function loadPublicKey(path: string | URL): Promise<PublicKey> {
  return parsePublicKey((await readKeyFile(path)).bytes);
}

/**
 * Writes a private key to a new file that only its owner may read (mode 0600): PKCS#8 in PEM, encrypted if there is a
 * passphrase. The encryption is OpenSSL's PBES2 with AES-256-CBC and few rounds (2048) of PBKDF2, so a passphrase must be
 * long to withstand whoever gets hold of the file.
 *
 * @throws {IntegrityError} `KEY_FILE_EXISTS`: a file is never replaced. `WRITE_FAILED` otherwise, with the system's error as
 * `cause`. `INVALID_OPTION` for an empty passphrase, and one of more than 1,024 bytes.
 */
export async function savePrivateKey(
  path: string | URL,
  key: PrivateKey,
  options: PrivateKeyOptions = {},
): Promise<void> {
  const { passphrase } = options;
  if (passphrase?.length === 0) {
    throw new IntegrityError('INVALID_OPTION', 'Expected a passphrase or none at all, got an empty one.');
  }
  // OpenSSL writes keys with longer ones and can't read them again.
  if (Buffer.byteLength(passphrase ?? '') > MAX_PASSPHRASE_BYTES) {
    const expected = `a passphrase of at most ${MAX_PASSPHRASE_BYTES} bytes`;
    throw new IntegrityError('INVALID_OPTION', `Expected ${expected}, got a longer one.`);
  }
  const form = { type: 'pkcs8', format: 'pem' } as const;
  const secret = typeof passphrase === 'string' ? passphrase : passphrase && Buffer.from(passphrase);
  const pem = key.key.export(secret === undefined ? form : { ...form, cipher: 'aes-256-cbc', passphrase: secret });
  await createFile(path, pem.toString(), 0o600);
}

/**
 * Writes a public key to a new file, as SubjectPublicKeyInfo in PEM.
 *
 * @throws {IntegrityError} `KEY_FILE_EXISTS`; `WRITE_FAILED`.
 */
export async function savePublicKey(path: string | URL, key: PublicKey): Promise<void> {
  await createFile(path, key.pem, 0o644);
}

async function readKeyFile(path: string | URL): Promise<{ bytes: Uint8Array; mode: number }> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { mode } = await file.stat();
    // One byte more than allowed, so that a longer file is refused rather than cut.
    const buffer = Buffer.alloc(MAX_KEY_BYTES + 1);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < buffer.length; filled += read) {
      ({ bytesRead: read } = await file.read(buffer, filled));
    }
    return { bytes: buffer.subarray(0, filled), mode };
  } catch (cause) {
    throw fileError('READ_FAILED', 'a key file that can be read', { path, cause });
  } finally {
    await file?.close();
  }
}

async function createFile(path: string | URL, text: string, mode: number): Promise<void> {
  try {
    // O_CREAT | O_EXCL: neither a file nor a link that somebody put there is written to.
    await using file = await open(path, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } catch (error) {
      await unlink(path);
      throw error;
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new IntegrityError('KEY_FILE_EXISTS', `Expected no file at ${String(path)}, got one.`, {
        cause,
        hint: 'A key that is overwritten is gone for good. Choose another name, or move the old file away.',
      });
    }
    throw fileError('WRITE_FAILED', 'a key file to be written', { path, cause });
  }
}

function readableByOthers(path: string | URL, mode: number): KeyFileWarning {
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  return {
    kind: 'readable-by-others',
    message: `Expected only the owner to have access to ${String(path)}, got mode ${shown}. Run: chmod 600 <file>`,
  };
}
