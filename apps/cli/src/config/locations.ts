import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Variables that decide where things are; `process.env` has this shape. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of this user's settings for holdfast: `$XDG_CONFIG_HOME/holdfast`, `%APPDATA%\holdfast` or `~/.config/holdfast`. */
export function userConfigDirectory(env: Environment, platform: NodeJS.Platform = process.platform): string {
  const xdg = env['XDG_CONFIG_HOME'];
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'holdfast');
  const roaming = env['APPDATA'];
  if (platform === 'win32' && roaming !== undefined) return join(roaming, 'holdfast');
  return join(homedir(), '.config', 'holdfast');
}

/** `~/x` below the home folder, anything else relative to `base`. */
export function resolvePath(path: string, base: string): string {
  if (path === '~') return homedir();
  if (path.startsWith('~/') || path.startsWith('~\\')) return join(homedir(), path.slice(2));
  return resolve(base, path);
}

/** Whether this names a place by URL. One letter before the colon is a drive of Windows. */
export function isUrl(location: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(location);
}

/** A repository's location as it can be used from anywhere: a URL as it is, a folder as an absolute path. */
export function resolveLocation(location: string, base: string): string {
  return isUrl(location) ? location : resolvePath(location, base);
}

/** The location without a password that a URL may carry. */
export function publicLocation(location: string): string {
  return location.replace(/^([a-z][a-z0-9+.-]+:\/\/[^/?#@:]*):[^/?#@]*@/i, '$1:hidden@');
}

/**
 * Where the key of a repository lies when nobody says otherwise: below the user's own settings, named after
 * the repository's last path segment and a digest of its whole location, so that two never share a file.
 */
export function defaultKeyFile(location: string, env: Environment): string {
  // The same folder, whether it is given as a path or as a file: URL.
  const plain = location.startsWith('file:') ? fileURLToPath(location) : location;
  const digest = createHash('sha256').update(plain).digest('hex').slice(0, 8);
  const name = basename(plain.replace(/[/\\]+$/, '')).replaceAll(/[^A-Za-z0-9._-]+/g, '-') || 'repository';
  return join(userConfigDirectory(env), 'keys', `${name}-${digest}.key`);
}
