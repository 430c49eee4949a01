import type { KeyRequest } from '@x/backup-store';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context, GlobalOptions } from '../program/context.ts';
import { readNewPassphrase } from './compose.ts';

/** What a new key is to be, as options. */
export interface NewKeyFlags extends GlobalOptions {
  readonly newKeyFile?: string | undefined;
  readonly newPassphraseFile?: string | undefined;
  readonly newRecoveryCode?: boolean | undefined;
  readonly recipient?: readonly string[] | undefined;
  readonly label?: string | undefined;
}

/** The same, for the argument parser. `--key-file` and the like say what opens the repository. */
export const NEW_KEY_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--new-passphrase-file <file>',
    description: 'a passphrase, in this file; - asks for it, or is standard input',
  },
  { flags: '--new-key-file <file>', description: 'a key file, which is made here (mode 0600)' },
  { flags: '--new-recovery-code', description: 'a recovery code, which is shown once on the terminal' },
  {
    flags: '--recipient <public-key>',
    description: 'an age public key (age1…, age1pq1…); several times for several that share the key',
    repeatable: true,
  },
  { flags: '--label <text>', description: 'what the key is called in lists' },
];

/** Whether any of them was given. */
export const asksForKey = (flags: NewKeyFlags): boolean => kindsOf(flags).length > 0;

const kindsOf = ({ newKeyFile, newPassphraseFile, newRecoveryCode, recipient }: NewKeyFlags): unknown[] =>
  [newKeyFile, newPassphraseFile, newRecoveryCode, recipient].filter((each) => each !== undefined);

/**
 * The one kind of key that the options ask for. Reads or asks for what it is made of.
 *
 * @throws {CliError} `USAGE`, `SECRET_UNREADABLE`.
 */
export async function keyRequest(context: Context, flags: NewKeyFlags): Promise<KeyRequest> {
  const { newKeyFile, newPassphraseFile, newRecoveryCode, recipient } = flags;
  if (kindsOf(flags).length !== 1) {
    throw usageError(
      `Expected one kind of new key, got ${kindsOf(flags).length}`,
      'Give --new-passphrase-file, --new-key-file, --new-recovery-code or --recipient.',
    );
  }
  if (recipient !== undefined) return { recipients: recipient };
  if (newKeyFile !== undefined) return { keyFile: resolvePath(newKeyFile, context.workingDirectory) };
  if (newPassphraseFile !== undefined) return { passphrase: await readNewPassphrase(context, newPassphraseFile) };
  if (newRecoveryCode === true && !context.messages.isTerminal && !context.output.isTerminal) {
    throw usageError(
      'Expected a terminal to show the recovery code on, got none',
      'It is shown once and stored nowhere, so it must not end in a log. Call this at a terminal.',
    );
  }
  return { recoveryCode: true };
}

/** Shows a recovery code: on standard error if that is a terminal, so that the output can be kept. */
export async function showRecoveryCode(context: Context, code: string): Promise<void> {
  const { messages, output } = context;
  const { bold, yellow } = messages.colors;
  const text =
    `\n${yellow('Recovery code, shown this once:')}\n\n    ${bold(code)}\n\n` +
    'Keep it away from this machine. It is stored nowhere.';
  if (messages.isTerminal) messages.warn(text);
  else await output.line(text);
}
