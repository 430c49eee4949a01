import { join } from 'node:path';
import { ModelError } from '../../errors.ts';
import { digestSource } from '../digest-source.ts';
import type { Findings } from '../findings.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { openFile, type OpenFile } from '../source/file-source.ts';
import { LastingSource } from '../source/lasting-source.ts';
import { StructureError } from '../structure-error.ts';
import type { ListedMember } from './list-members.ts';

/** How files of a folder are read. */
export interface MemberReaderOptions {
  readonly findings: Findings;
  /** Also digests each file that is read. */
  readonly digest: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Reads files of a folder, one after the other, each open no longer than it is looked at. */
export class MemberReader {
  /** By the paths of files that were read. */
  readonly digests: Map<string, string> = new Map();
  readonly #root: string;
  readonly #options: MemberReaderOptions;

  constructor(root: string, options: MemberReaderOptions) {
    this.#root = root;
    this.#options = options;
  }

  /**
   * Looks at a file. What is broken in it becomes a finding; then nothing is given.
   *
   * @throws {ModelError} `READ_FAILED`, `NOT_A_FILE`, `FILE_CHANGED`, `ABORTED`.
   */
  async read<T>(member: ListedMember, look: (source: ByteSource) => Promise<T>): Promise<T | undefined> {
    const { digest, signal, findings } = this.#options;
    await using file = await openMember(this.#root, member);
    const source = new LastingSource(join(this.#root, member.path), file);
    let found: T | undefined;
    try {
      found = await look(source);
    } catch (error) {
      if (!(error instanceof StructureError)) throw error;
      findings.add(error.code, error.message, { offset: error.offset, part: member.path });
    }
    if (digest) this.digests.set(member.path, await digestSource(file.source, signal));
    await file.demandUnchanged();
    source.release();
    return found;
  }
}

/**
 * Opens a file of a folder that is as long as it was when it was listed.
 *
 * @throws {ModelError} `FILE_CHANGED`; those of `openFile`.
 */
export async function openMember(root: string, { path, size }: ListedMember): Promise<OpenFile> {
  const file = await openFile(join(root, path));
  if (file.source.size === size) return file;
  await file[Symbol.asyncDispose]();
  throw new ModelError('FILE_CHANGED', `Expected files that nobody writes to, got one that changed: ${path}`, {
    hint: 'Run it again when whoever writes it is done.',
  });
}
