import type { PrivateKey, PublicKey } from '@x/integrity';
import type { ObjectStore } from '@x/storage';
import type { ReleaseManager, ReleaseManagerEvent } from '@x/versioning';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isUrl, publicLocation } from '../config/locations.ts';
import type { Effective } from '../config/merge.ts';
import { usageError } from '../errors.ts';
import { checkoutRoot, isIgnored } from '../git/checkout.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { privateKeyIn, publicKeysIn } from './integrity.ts';
import { type ConfiguredWorkspace, releaseWorkspace } from './release-workspace.ts';
import { versioning } from './versioning.ts';

/** Options of every command about releases. */
export const RELEASE_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--store <location>',
    description: 'folder or URL of releases (HOLDFAST_RELEASE_STORE; default: .holdfast/releases of the project)',
  },
  { flags: '--component <name>', description: 'which one, where a repository releases several' },
];

/** Options of commands that sign. */
export const SIGNING_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--sign-key <file>', description: 'private key that signs the release (HOLDFAST_SIGNING_KEY_FILE)' },
  {
    flags: '--key-passphrase-file <file>',
    description:
      'passphrase of the key; asked for on a terminal (HOLDFAST_SIGNING_KEY_PASSPHRASE_FILE; the passphrase itself: HOLDFAST_SIGNING_KEY_PASSPHRASE)',
  },
];

/** How releases are opened. */
export interface ReleasesOptions {
  /** Whether releases are signed, with the key of the configuration; `if-there`: unless its file is missing. */
  readonly signs?: boolean | 'if-there' | undefined;
  /** Where releases are pushed to, instead of what the configuration says: a remote, `true` for its remote or `origin`, `false` for none. */
  readonly push?: string | boolean | undefined;
  readonly onEvent?: ((event: ReleaseManagerEvent) => void) | undefined;
}

/** The releases of a workspace, and where they are. */
export interface OpenedReleases {
  readonly manager: ReleaseManager;
  readonly workspace: ConfiguredWorkspace;
  /** Where their history and contents lie. */
  readonly storage: ObjectStore;
  /** The same as a folder, where it is one. */
  readonly folder?: string | undefined;
  /** The place of releases, without secrets. */
  readonly store: string;
  /** @throws {CliError} `USAGE` where the first thing that is stored would make the tree dirty. */
  readonly checkPlace: () => Promise<void>;
  /** Makes the folder of releases ready to be written to: git and artefacts leave it out. */
  readonly prepare: () => Promise<void>;
}

/** The folder that is released: that of the configuration, where this belongs to the checkout; else the checkout, else where one is. */
async function topFolder(context: Context, { file }: Effective): Promise<string> {
  const root = await checkoutRoot(context.workingDirectory);
  const configured = file === undefined ? undefined : realpathSync(dirname(file));
  if (root === undefined) return configured ?? context.workingDirectory;
  const isInside = configured !== undefined && !relative(root, configured).startsWith('..');
  return isInside ? configured : root;
}

/** The key that signs, if the configuration has one. @throws {IntegrityError} as `privateKeyIn`. */
async function signingKey(context: Context, { settings }: Effective): Promise<PrivateKey | undefined> {
  const { 'release.signKey': file, 'release.signKeyPassphraseFile': passphraseFile } = settings;
  if (file === undefined) return undefined;
  return privateKeyIn(context, file, { passphraseFile, passphrase: settings['release.signKeyPassphrase'] });
}

/** The key for a plan: where it is missing, what would be released can be said all the same. */
async function keyForPlan(context: Context, effective: Effective): Promise<PrivateKey | undefined> {
  const file = effective.settings['release.signKey'];
  if (file === undefined || existsSync(file)) return signingKey(context, effective);
  context.messages.warn(`Planned without a signature: there is no key at ${file}.`);
  return undefined;
}

/**
 * The public keys that releases are verified with: those asked for, or of the configuration, or the one beside the key that signs.
 *
 * @throws {IntegrityError} `READ_FAILED`, `INVALID_KEY`; those of the key that signs, where nothing else is there.
 */
export async function trustedKeys(
  context: Context,
  asked: readonly string[] | undefined,
): Promise<readonly PublicKey[]> {
  const effective = await context.effective();
  const { 'release.trustKeys': trusted, 'release.signKey': own } = effective.settings;
  const files = asked ?? trusted;
  if (files !== undefined) return publicKeysIn(context, files);
  if (own === undefined) return [];
  const beside = `${own}.pub`;
  if (existsSync(beside)) return publicKeysIn(context, [beside]);
  // Who verifies seldom has the key that signs: then nobody is trusted.
  if (!existsSync(own)) return [];
  const key = await signingKey(context, effective);
  return key === undefined ? [] : [key.publicKey];
}

/**
 * Opens the releases that the configuration and the working directory mean.
 *
 * @throws {CliError} `USAGE` for a component that is none; {StorageError} `UNSUPPORTED_URL`; {IntegrityError} those of the key.
 */
export async function openReleases(context: Context, options: ReleasesOptions = {}): Promise<OpenedReleases> {
  const { signs = false, push, onEvent } = options;
  const hear = (event: ReleaseManagerEvent): void => {
    context.told.releases(event);
    onEvent?.(event);
  };
  const effective = await context.effective();
  const { settings, origins } = effective;
  const top = await topFolder(context, effective);
  const configured = releaseWorkspace(settings, top, origins['release.migrations'].kind === 'flag');
  const workspace = { ...configured, remote: remoteOf(configured, push) };
  const location = settings['release.store'] ?? join(top, '.holdfast', 'releases');
  const privateKey = signs === false ? undefined : await (signs === true ? signingKey : keyForPlan)(context, effective);
  const [{ createReleaseManager }, { openStore }] = await Promise.all([versioning(context), import('@x/storage')]);
  const storage = await openStore(location);
  return {
    manager: createReleaseManager({ storage, workspace, privateKey, onEvent: hear }),
    storage,
    folder: folderOf(location),
    workspace,
    store: publicLocation(location),
    checkPlace: () => (settings['release.store'] === undefined ? Promise.resolve() : refuseVisible(top, location)),
    prepare: () => (settings['release.store'] === undefined ? ignoreFolder(join(top, '.holdfast')) : Promise.resolve()),
  };
}

/** The folder that a location is; none for a bucket and the like. */
function folderOf(location: string): string | undefined {
  if (!isUrl(location)) return resolve(location);
  return location.startsWith('file:') ? fileURLToPath(location) : undefined;
}

function remoteOf({ remote }: ConfiguredWorkspace, push: string | boolean | undefined): string | undefined {
  if (push === false) return undefined;
  return push === true ? (remote ?? 'origin') : (push ?? remote);
}

/** Refuses a folder for releases that git sees: no release could be made after the first thing that lies there. */
async function refuseVisible(top: string, location: string): Promise<void> {
  if (isUrl(location) && !location.startsWith('file:')) return;
  const root = await checkoutRoot(top);
  if (root === undefined) return;
  const folder = isUrl(location) ? fileURLToPath(location) : resolve(location);
  const inner = relative(root, folder);
  const isInside = !inner.startsWith('..') && !isAbsolute(inner) && !/^\.git(?:$|[/\\])/.test(inner);
  if (!isInside || (inner !== '' && (await isIgnored(root, inner)))) return;
  throw usageError(
    `Expected a store that git does not see, got ${publicLocation(location)} in the checkout`,
    'Add it to .gitignore, or take a folder beside the checkout.',
  );
}

/** Keeps a folder of ours out of commits, artefacts and `git status`. What somebody has written there stays. */
async function ignoreFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
