import type { Unlock } from '@x/backup-store';
import type { Effective, Origin } from '../config/merge.ts';
import { usageError } from '../errors.ts';
import type { Context, GlobalOptions } from '../program/context.ts';
import { readSecretFile } from './secret-file.ts';

/** Which of several ways of opening is taken. */
export type UnlockChoice =
  | { readonly kind: 'recovery-prompt' }
  | { readonly kind: 'recovery-file'; readonly path: string }
  | { readonly kind: 'key-file'; readonly path: string }
  | { readonly kind: 'identity'; readonly path: string }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'passphrase-file'; readonly path: string }
  /** Nothing was said: the default key file, if it is there. */
  | { readonly kind: 'default'; readonly path: string }
  | { readonly kind: 'none' };

const RANK: Readonly<Record<Origin['kind'], number>> = { flag: 0, environment: 1, file: 2, default: 3, unset: 4 };

/**
 * Decides what opens the repository: a recovery code when one was asked for, else what was given with the
 * highest precedence (flag > environment > file), and a key file before an identity of age before a passphrase where
 * several were: beside an identity, the passphrase is that of its file. Pure.
 */
export function chooseUnlock(effective: Effective, globals: GlobalOptions): UnlockChoice {
  if (globals.recoveryCodeFile !== undefined) return { kind: 'recovery-file', path: globals.recoveryCodeFile };
  if (globals.recovery) return { kind: 'recovery-prompt' };
  const { settings, origins } = effective;
  const given: (readonly [rank: number, choice: UnlockChoice])[] = [];
  if (settings.keyFile !== undefined) {
    const kind = origins.keyFile.kind === 'default' ? 'default' : 'key-file';
    given.push([RANK[origins.keyFile.kind], { kind, path: settings.keyFile }]);
  }
  if (settings.identityFile !== undefined) {
    given.push([RANK[origins.identityFile.kind], { kind: 'identity', path: settings.identityFile }]);
  }
  if (settings.passphraseFile !== undefined) {
    given.push([RANK[origins.passphraseFile.kind], { kind: 'passphrase-file', path: settings.passphraseFile }]);
  }
  if (settings.passphrase !== undefined) {
    given.push([RANK[origins.passphrase.kind], { kind: 'passphrase', passphrase: settings.passphrase }]);
  }
  // The sort is stable: of equal ranks the first one listed wins.
  const [best] = given.toSorted(([a], [b]) => a - b);
  return best?.[1] ?? { kind: 'none' };
}

async function exists(path: string): Promise<boolean> {
  const { access } = await import('node:fs/promises');
  return access(path).then(
    () => true,
    () => false,
  );
}

async function ask(context: Context, question: string, flag: string): Promise<string> {
  if (!context.prompt.available) {
    throw usageError(`Expected a terminal to ask for the ${question.toLowerCase()}, got none`, `Give it with ${flag}.`);
  }
  return context.prompt.secret(question);
}

/**
 * The passphrase of an identity file that is encrypted: the one that was given, or asked for.
 *
 * @throws {CliError} `USAGE`, `SECRET_UNREADABLE`.
 */
export async function identityPassphrase(context: Context, { settings }: Effective): Promise<string> {
  const { passphraseFile, passphrase } = settings;
  const what = 'Passphrase of the identity';
  if (passphraseFile !== undefined) return readSecretFile(context, passphraseFile, what);
  return passphrase ?? (await ask(context, what, '--passphrase-file'));
}

/** Turns the choice into what opens the repository; reads files and asks the user where it has to. */
export async function obtainUnlock(context: Context, effective: Effective): Promise<Unlock | undefined> {
  const choice = chooseUnlock(effective, context.globals);
  context.messages.debug(`unlock with ${choice.kind}${'path' in choice ? ` ${choice.path}` : ''}`);
  switch (choice.kind) {
    case 'recovery-prompt':
      return { recoveryCode: await ask(context, 'Recovery code', '--recovery-code-file') };
    case 'recovery-file':
      return { recoveryCode: await readSecretFile(context, choice.path, 'Recovery code') };
    case 'key-file':
      return { keyFile: choice.path };
    case 'identity':
      return { identityFile: choice.path };
    case 'passphrase':
      return { passphrase: choice.passphrase };
    case 'passphrase-file':
      return { passphrase: await readSecretFile(context, choice.path, 'Passphrase') };
    case 'default':
      return (await exists(choice.path)) ? { keyFile: choice.path } : undefined;
    case 'none':
      return undefined;
  }
}
