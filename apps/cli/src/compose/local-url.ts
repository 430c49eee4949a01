import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';

/** What the URL of something on this machine says. */
export interface LocalUrl {
  /** Absolute. */
  readonly path: string;
  /** Values of each parameter that may be given; empty when it is not. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

/** What such a URL looks like. */
interface LocalForm {
  readonly scheme: string;
  readonly what: string;
  /** Parameters that it may have. */
  readonly parameters: readonly string[];
  readonly workingDirectory: string;
}

/**
 * Reads `scheme:/absolute/path`, `scheme:///absolute/path` or `scheme:relative/path?parameter=value`. Characters of a name that mean
 * something in a URL, such as `?`, are written as `%3F`.
 *
 * @throws {CliError} `USAGE`.
 */
export function parseLocalUrl(text: string, form: LocalForm): LocalUrl {
  const { scheme, what, parameters, workingDirectory } = form;
  const [, rest = '', query = ''] = /^[a-z]+:([^?]*)(?:\?([\s\S]*))?$/.exec(text) ?? [];
  const path = decoded(rest.startsWith('///') ? rest.slice(2) : rest);
  if (path === undefined || path === '' || path.startsWith('//')) {
    throw usageError(
      `Expected ${what} like ${scheme}:/srv/app/${scheme === 'sqlite' ? 'app.db' : 'app.json'}, got ${JSON.stringify(text)}`,
      `It is on this machine: ${scheme}:/absolute/path or ${scheme}:relative/path.`,
    );
  }
  const given = new URLSearchParams(query);
  const unknown = [...given.keys()].find((name) => !parameters.includes(name));
  if (unknown !== undefined)
    throw usageError(
      `Expected no parameter of ${scheme}: but ${parameters.join(', ')}, got ${JSON.stringify(unknown)}`,
      'Correct the URL.',
    );
  return {
    path: resolvePath(path, workingDirectory),
    parameters: Object.fromEntries(parameters.map((name) => [name, given.getAll(name)])),
  };
}

/** The same URL for whoever is in another working directory. */
export function absoluteUrl(text: string, workingDirectory: string): string {
  const at = text.indexOf(':') + 1;
  if (text[at] === '/') return text;
  const folder = workingDirectory.split('/').map(encodeURIComponent).join('/');
  return `${text.slice(0, at)}${folder}/${text.slice(at)}`;
}

/** `undefined` for what has a % that stands for nothing. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
