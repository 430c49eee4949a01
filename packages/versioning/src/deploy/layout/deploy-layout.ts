import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { flawOfPath, PathSet } from '@x/integrity/archive';
import { shown, VersioningError } from '../../errors.ts';
import type { DeployLayout, DeployLayoutOptions, SharedLink } from './model.ts';
import { isEnvName } from './env-text.ts';

const SHARED_FOLDERS = ['db', 'media', 'logs'] as const;

/** Four slashes in all, as the root begins with one: then readers that take three for a relative path find it, too. */
const DEFAULT_ENV: Readonly<Record<(typeof SHARED_FOLDERS)[number], readonly [name: string, template: string]>> = {
  db: ['DATABASE_URL', 'sqlite:///${API_ROOT}/shared/db/app.sqlite'],
  media: ['MEDIA_ROOT', '${API_ROOT}/shared/media'],
  logs: ['LOG_DIR', '${API_ROOT}/shared/logs'],
};

/**
 * Says where everything of a deployment lies below its root. Nothing is read or written.
 *
 * `env` has `DATABASE_URL` (SQLite), `MEDIA_ROOT` and `LOG_DIR` for those of `db`, `media` and `logs` that are shared, and then what is given: a name
 * that is given replaces the default.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a root that is relative or has characters that mean something in URLs and unit files; for folders and
 * links that lead out of where they belong, or lie in each other; for names of variables that are none.
 * @example
 * ```ts
 * import { deployLayout } from '@x/versioning/deploy';
 *
 * const layout = deployLayout({ root: '/srv/shop', env: { CACHE_DIR: '${API_ROOT}/shared/cache' } });
 * console.log(layout.current, layout.env['DATABASE_URL']);
 * ```
 */
export function deployLayout(options: DeployLayoutOptions): DeployLayout {
  const root = checkedRoot(options.root);
  const releases = join(root, 'releases');
  const shared = join(root, 'shared');
  const state = join(root, '.holdfast');
  const { sharedFolders = SHARED_FOLDERS } = options;
  checkPaths('sharedFolders', sharedFolders);
  const links = options.links ?? sharedFolders.map((path): SharedLink => ({ kind: 'folder', path, target: path }));
  checkLinks(links);
  return {
    root,
    releases,
    current: join(releases, 'current'),
    shared,
    backups: checkedBackups(root, options.backups, [releases, state]),
    state,
    sharedFolders: [...sharedFolders],
    links: links.map(({ kind, path, target }) => ({ kind, path, target })),
    env: checkedEnv(sharedFolders, options.env ?? {}),
  };
}

function checkedRoot(root: string): string {
  if (!isAbsolute(root)) {
    throw new VersioningError('INVALID_OPTION', `Expected API_ROOT to be an absolute path, got ${shown(root)}`, {
      hint: `A service is started from anywhere: write the whole path, such as ${shown(resolve(root))}.`,
    });
  }
  const flaw = /[?#%"'`$\p{Cc}]/u.exec(root)?.[0];
  if (flaw === undefined) return resolve(root);
  throw new VersioningError('INVALID_OPTION', `Expected API_ROOT without ${shown(flaw)}, got ${shown(root)}`, {
    hint: 'In URLs, unit files and shells such a character is no part of a path: choose another folder.',
  });
}

function checkedBackups(root: string, backups: string | undefined, taken: readonly string[]): string {
  const place = resolve(root, backups ?? 'backups');
  const owner = taken.find((folder) => isWithin(folder, place));
  if (owner === undefined && place !== root) return place;
  throw new VersioningError('INVALID_OPTION', `Expected backups in a folder of their own, got ${shown(place)}`, {
    hint: 'What Holdfast keeps in `releases` and `.holdfast` is removed by itself.',
  });
}

/** Whether a path is a folder, or below it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function checkPaths(option: string, paths: readonly string[]): void {
  const seen = new PathSet();
  for (const path of paths) {
    const flaw = flawOfPath(path) ?? seen.add(path, 'file');
    if (flaw === undefined) continue;
    throw new VersioningError(
      'INVALID_OPTION',
      `Expected a path in its place for ${option}, got ${shown(path)}, which ${flaw}`,
      {
        hint: 'Paths are relative, with `/` between names, and none lies in another one.',
      },
    );
  }
}

function checkLinks(links: readonly SharedLink[]): void {
  checkPaths(
    'links',
    links.map(({ path }) => path),
  );
  for (const { path, target } of links) {
    checkPaths('the target of a link', [target]);
    if (path !== '.env' && target !== '.env' && target !== 'maintenance.json') continue;
    throw new VersioningError(
      'INVALID_OPTION',
      `Expected links but for .env and maintenance.json, got ${shown(path)}`,
      {
        hint: 'The .env of a release is generated; secrets belong in shared/.env, which it takes in.',
      },
    );
  }
}

function checkedEnv(
  sharedFolders: readonly string[],
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  for (const name of Object.keys(own)) {
    if (isEnvName(name) && name !== 'API_ROOT') continue;
    throw new VersioningError('INVALID_OPTION', `Expected the name of a variable for env, got ${shown(name)}`, {
      hint: 'Letters, digits and `_`, no digit first; API_ROOT is the root itself.',
    });
  }
  const defaults = SHARED_FOLDERS.filter((folder) => sharedFolders.includes(folder)).map(
    (folder) => DEFAULT_ENV[folder],
  );
  return { ...Object.fromEntries(defaults), ...own };
}
