import type { CreatedRepository, Repository, RepositorySettings, Unlock } from '@x/backup-store';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { publicLocation } from '../config/locations.ts';
import type { Settings } from '../config/fields.ts';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { readSecretFile } from './secret-file.ts';
import { identityPassphrase, obtainUnlock } from './unlock.ts';

// The one place that turns configuration into open packages. They are loaded here and nowhere else, and only
// when a command needs them: `--help` does not wait for the engine.
const engine = (context: Context): Promise<typeof import('@x/backup-store')> =>
  context.timed('load the engine', () => import('@x/backup-store'));

/** The repository's location. @throws {CliError} `REPOSITORY_NOT_SET`. */
export function requireLocation(settings: Settings): string {
  if (settings.repository !== undefined) return settings.repository;
  throw new CliError('REPOSITORY_NOT_SET', 'Expected a repository, got none', {
    hint: 'Name it with --repo, HOLDFAST_REPO or "repository" in holdfast.config.json.',
  });
}

function performanceOf(settings: Settings): NonNullable<RepositorySettings['performance']> {
  return {
    readers: settings['performance.readers'],
    workers: settings['performance.workers'],
    bufferBytes: settings['performance.bufferBytes'],
    cacheBytes: settings['performance.cacheBytes'],
  };
}

function repositorySettings(context: Context, settings: Settings, location: string): RepositorySettings {
  return {
    store: location,
    keyStore: settings.keyStore,
    cacheDirectory: settings.cacheDirectory,
    performance: performanceOf(settings),
    workerEntry: context.entry,
    onEvent: (event) => {
      context.told.repository(event);
      const { name, details } = event;
      context.messages.debug(`event ${name} ${JSON.stringify(details)}`);
      if (name === 'slot.skipped')
        context.messages.warn(`Key slot ${details['slot']} needs a newer version of holdfast, and is left alone.`);
    },
  };
}

function isKeyRequired(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'KEY_REQUIRED';
}

async function passphraseFromTerminal(context: Context, settings: Settings, error: unknown): Promise<Unlock> {
  const location = requireLocation(settings);
  if (context.prompt.available)
    return { passphrase: await context.prompt.secret(`Passphrase of ${publicLocation(location)}`) };
  throw new CliError('SECRET_NEEDED', `Expected a key for ${publicLocation(location)}, got none`, {
    cause: error,
    hint: `Name it with --key-file or --passphrase-file; by default it is looked for at ${settings.keyFile ?? '-'}.`,
  });
}

/**
 * Opens the configured repository, with whatever key the configuration, the environment or the user gives.
 *
 * @throws {BackupError} what `openRepository` throws; {CliError} `REPOSITORY_NOT_SET`, `SECRET_NEEDED`, `SECRET_UNREADABLE`.
 */
export async function openConfigured(context: Context): Promise<Repository> {
  const effective = await context.effective();
  const location = requireLocation(effective.settings);
  const unlock = await obtainUnlock(context, effective);
  const { openRepository } = await engine(context);
  const settings = repositorySettings(context, effective.settings, location);
  const open = (key: Unlock | undefined): Promise<Repository> =>
    context.timed('open the repository', () => openRepository({ ...settings, unlock: key }));
  try {
    return await open(unlock);
  } catch (error) {
    if (!isKeyRequired(error)) throw error;
    if (unlock !== undefined && 'identityFile' in unlock)
      return open({ ...unlock, passphrase: await identityPassphrase(context, effective) });
    if (unlock !== undefined) throw error;
    return open(await passphraseFromTerminal(context, effective.settings, error));
  }
}

/** A passphrase for a new repository. */
async function newPassphrase(context: Context, settings: Settings): Promise<string | undefined> {
  const { passphraseFile, passphrase } = settings;
  return passphraseFile === undefined ? passphrase : readNewPassphrase(context, passphraseFile);
}

/** A new passphrase, typed twice where it is typed at all. @throws {CliError} `USAGE`, `SECRET_UNREADABLE`. */
export async function readNewPassphrase(context: Context, passphraseFile: string): Promise<string> {
  const first = await readSecretFile(context, passphraseFile, 'New passphrase');
  if (passphraseFile !== '-' || !context.prompt.available) return first;
  const second = await context.prompt.secret('The same again');
  if (first === second) return first;
  throw usageError('Expected the same passphrase twice, got two different ones', 'Run the command again.');
}

/** What {@link createConfigured} made. */
export interface CreatedConfigured extends CreatedRepository {
  readonly location: string;
  readonly keyFile?: string | undefined;
  readonly passphrase: boolean;
}

/** Makes the configured repository: a key file, a recovery code, and a passphrase slot when one was given. */
export async function createConfigured(context: Context, encrypted: boolean): Promise<CreatedConfigured> {
  const { settings, origins } = await context.effective();
  const location = requireLocation(settings);
  const shared = repositorySettings(context, settings, location);
  const { createRepository } = await engine(context);
  const create = (options: { keyFile?: string; passphrase?: string | undefined }): Promise<CreatedRepository> =>
    context.timed('create the repository', () => createRepository({ ...shared, ...options, encrypted }));
  if (!encrypted) return { ...(await create({})), location, passphrase: false };
  const passphrase = await newPassphrase(context, settings);
  const { keyFile = '' } = settings;
  if (origins.keyFile.kind === 'default') await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  const created = await create({ keyFile, passphrase });
  return { ...created, location, keyFile, passphrase: passphrase !== undefined };
}
