import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Checkpoint,
  IntegrityError,
  type PrivateKey,
  type PublicKey,
  signCheckpoint,
  verifyCheckpoint,
} from '@x/integrity';
import { namesIn } from '../files/log-file.ts';
import type { AuditFinding, RememberedHead } from './contract.ts';
import { auditFolder, writeSmall } from './segments.ts';

/** Names of keys have no white space and no `+`: what is left of an origin. */
function keyName(origin: string): string {
  return origin.replaceAll(/[\s+\u0085]/g, '-');
}

/** Signs a checkpoint. */
export function signedNote(checkpoint: Checkpoint, privateKey: PrivateKey): string {
  return signCheckpoint(checkpoint, { name: keyName(checkpoint.origin), privateKey });
}

/** Reads a signed checkpoint. @throws {IntegrityError} `UNTRUSTED_CHECKPOINT`, `INVALID_CHECKPOINT`. */
export function openNote(note: string, keys: readonly PublicKey[]): Checkpoint {
  // The name of the key is the first line, so that any origin can be checked.
  const name = keyName(note.slice(0, note.indexOf('\n')));
  return verifyCheckpoint(
    note,
    keys.map((publicKey) => ({ name, publicKey })),
  );
}

function folderOf(directory: string): string {
  return join(auditFolder(directory), 'checkpoints');
}

/** Keeps a signed checkpoint beside the log, where a copy of the folder takes it along. */
export async function saveNote(directory: string, size: number, note: string): Promise<void> {
  await mkdir(folderOf(directory), { recursive: true });
  await writeSmall(join(folderOf(directory), `${String(size).padStart(16, '0')}.note`), note);
}

/** The checkpoints beside the log that one of the keys has signed, and what is wrong with the others. */
export async function storedCheckpoints(
  directory: string,
  keys: readonly PublicKey[],
): Promise<{ readonly checkpoints: readonly Checkpoint[]; readonly findings: readonly AuditFinding[] }> {
  const checkpoints: Checkpoint[] = [];
  const findings: AuditFinding[] = [];
  for (const name of await namesIn(folderOf(directory))) {
    if (!name.endsWith('.note')) continue;
    const file = join(folderOf(directory), name);
    try {
      checkpoints.push(openNote(await readFile(file, 'utf8'), keys));
    } catch (error) {
      if (!(error instanceof IntegrityError)) throw error;
      findings.push({
        kind: 'bad-checkpoint',
        file,
        message: `The checkpoint ${name} does not count: ${error.message}`,
      });
    }
  }
  return { checkpoints, findings };
}

/** A head as plain data. */
export function rememberedHead({ origin, size, root }: Checkpoint): RememberedHead {
  return { origin, size, root: Buffer.from(root).toString('hex') };
}

/** And back. */
export function checkpointOf({ origin, size, root }: RememberedHead): Checkpoint {
  return { origin, size, root: Buffer.from(root, 'hex') };
}
