import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PublicKey } from '@x/integrity';
import type { AuditInput, Logs } from '@x/logging';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { privateKeyIn, publicKeysIn } from './integrity.ts';
import { configFolder } from './tenant-modules.ts';

// Loaded when a command needs it, as the engine is.
export const logging = (context: Context): Promise<typeof import('@x/logging')> =>
  context.timed('load logging', () => import('@x/logging'));

/** The folder of the logs: that of the configuration, or the one beside it. */
export function logsDirectory(context: Context, effective: Effective): string {
  return effective.settings['logs.directory'] ?? join(configFolder(context, effective), '.holdfast', 'logs');
}

/** The logs of the configuration, opened when they are needed first. */
export interface ConfiguredLogs {
  open(): Promise<Logs>;
  /** Adds an event to the audit log. @throws {LogError} as `AuditLog.append`. */
  append(event: AuditInput): Promise<void>;
  /** Writes what waits, and ends; nothing happens where nobody has opened them. */
  close(): Promise<void>;
}

/** How the logs of the configuration are opened. */
export interface LogsUse {
  /** Whether the key that signs is needed: it is read then, and its passphrase asked for. */
  readonly signs?: boolean | undefined;
  /** Is told of failures that are no answer to a call, after people are. */
  readonly onError?: (() => void) | undefined;
}

/**
 * The logs of the configuration. Nothing is read or loaded before the first use, so that whoever may have something to tell can always
 * have them at hand.
 */
export function configuredLogs(context: Context, use: LogsUse = {}): ConfiguredLogs {
  let opened: Promise<Logs> | undefined;
  const open = async (): Promise<Logs> => (opened ??= openNow(context, use));
  return {
    open,
    append: async (event) => (await open()).audit.append(event),
    close: async () => {
      if (opened !== undefined) await (await opened).close();
    },
  };
}

/** Runs something with the logs of the configuration, and closes them. */
export async function withLogs<T>(context: Context, use: LogsUse, run: (logs: Logs) => Promise<T>): Promise<T> {
  const book = configuredLogs(context, use);
  try {
    return await run(await book.open());
  } finally {
    await book.close();
  }
}

async function openNow(context: Context, { signs = false, onError }: LogsUse): Promise<Logs> {
  const effective = await context.effective();
  const { settings } = effective;
  const key = settings['logs.signKey'];
  const { openLogs } = await logging(context);
  return openLogs({
    directory: logsDirectory(context, effective),
    retention: settings['logs.retention'],
    redact: { names: settings['logs.redact'] },
    signingKey:
      signs && key !== undefined
        ? await privateKeyIn(context, key, {
            passphraseFile: settings['logs.signKeyPassphraseFile'],
            passphrase: settings['logs.signKeyPassphrase'],
          })
        : undefined,
    onError: (error) => {
      context.messages.warn(error.message);
      onError?.();
    },
  });
}

/** The public keys that checkpoints count by: those asked for, or of the configuration, or the one beside the key that signs. */
export async function logKeys(context: Context, asked: readonly string[] | undefined): Promise<readonly PublicKey[]> {
  const { settings } = await context.effective();
  const files = asked ?? settings['logs.trustKeys'];
  if (files !== undefined) return publicKeysIn(context, files);
  const beside = `${settings['logs.signKey']}.pub`;
  return existsSync(beside) ? publicKeysIn(context, [beside]) : [];
}
