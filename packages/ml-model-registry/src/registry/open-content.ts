import { createRepository, openRepository, type Repository, type Unlock } from '@x/backup-store';
import type { ObjectStore } from '@x/storage';
import { ModelError } from '../errors.ts';

/** How the repository in a store is opened, or made where there is none. */
export interface ContentOptions {
  /** A key file or passphrase also makes it; the others open what is there. */
  readonly unlock?: Unlock | undefined;
  /** `false`: one that is made is not encrypted, and whoever reads the store reads the models. */
  readonly encrypted?: boolean | undefined;
}

/**
 * The repository that lies in a store; made when there is none. Of two that make it at once, one does.
 *
 * @throws {ModelError} `KEY_NEEDED` when it is to be made and nothing is given that can open it later; those of the repository.
 */
export async function openContent(store: ObjectStore, options: ContentOptions): Promise<Repository> {
  const { unlock } = options;
  const open = async (): Promise<Repository> =>
    await openRepository({ store, ...(unlock === undefined ? {} : { unlock }) });
  try {
    return await open();
  } catch (error) {
    if (codeOf(error) !== 'NOT_A_REPOSITORY') throw error;
  }
  const secret = secretOf(options);
  try {
    return (await createRepository({ store, ...secret })).repository;
  } catch (error) {
    // Somebody else has made it meanwhile. A key file that is there already is told as it is.
    if (codeOf(error) !== 'ALREADY_EXISTS') throw error;
    return await open().catch((cause: unknown) => {
      throw codeOf(cause) === 'NOT_A_REPOSITORY' ? error : cause;
    });
  }
}

type Secret =
  | { readonly encrypted: false }
  | { readonly passphrase: string; readonly recoveryCode: false }
  | { readonly keyFile: string; readonly recoveryCode: false };

function secretOf({ unlock, encrypted }: ContentOptions): Secret {
  if (unlock === undefined && encrypted === false) return { encrypted: false };
  if (unlock !== undefined && 'keyFile' in unlock) return { keyFile: unlock.keyFile, recoveryCode: false };
  if (unlock !== undefined && 'passphrase' in unlock && !('identityFile' in unlock) && unlock.passphrase !== undefined)
    return { passphrase: unlock.passphrase, recoveryCode: false };
  const found = unlock === undefined ? 'neither' : 'what only opens one that is there';
  throw new ModelError('KEY_NEEDED', `Expected a key file or a passphrase for a new repository, got ${found}`, {
    hint: 'Give unlock: { keyFile } or { passphrase }; or encrypted: false for models that anybody may read.',
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
