import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import { shown, VersioningError } from '../../errors.ts';
import { formatEnv } from './env-text.ts';
import type { DeployLayout } from './model.ts';
import { parseEnv } from './parse-env.ts';

/** Where a variable comes from: the root, the layout, or the operator's `shared/.env`. */
export type EnvOrigin = 'root' | 'layout' | 'shared';

/** The `.env` of a release. It holds secrets where `shared/.env` does: don't print it. */
export interface EnvPlan {
  readonly text: string;
  /** The group of `shared/.env`, that of the service as a rule: it may read the text, too. */
  readonly group?: number | undefined;
  readonly origins: Readonly<Record<string, EnvOrigin>>;
}

/**
 * Decides what stands in the `.env` of a release, of the templates of the layout and of `shared/.env`, where there is one.
 *
 * `API_ROOT` is the root, whatever others say. Any other name of `shared/.env` comes before that of the layout: what the operator of this machine says is closer than what is
 * the same on all. In templates `${NAME}` stands for a variable of `shared/.env` or one above it; `$${` is `${` itself.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a template with a name that is not known, and values that can't be written; `INVALID_ENV_FILE`; `READ_FAILED`.
 */
export async function planEnv(layout: DeployLayout): Promise<EnvPlan> {
  const { variables: shared, group } = await readShared(join(layout.shared, '.env'));
  const values = new Map(shared).set('API_ROOT', layout.root);
  const origins = new Map<string, EnvOrigin>([['API_ROOT', 'root']]);
  for (const [name, template] of Object.entries(layout.env)) {
    if (shared.has(name)) continue;
    values.set(name, filled(name, template, values));
    origins.set(name, 'layout');
  }
  for (const name of shared.keys()) if (name !== 'API_ROOT') origins.set(name, 'shared');
  const text = formatEnv(Object.fromEntries([...origins.keys()].map((name) => [name, values.get(name) ?? ''])));
  return { text, group, origins: Object.fromEntries(origins) };
}

function filled(name: string, template: string, values: ReadonlyMap<string, string>): string {
  return template.replaceAll(/\$\$\{|\$\{([^}]*)\}/g, (all, other: string | undefined) => {
    if (other === undefined) return '${';
    const value = values.get(other);
    if (value !== undefined) return value;
    throw new VersioningError(
      'INVALID_OPTION',
      `Expected names that are known in the template of ${name}, got ${shown(all)}`,
      {
        hint: 'Set it in shared/.env, or above in the env of the layout; `$${` stands for `${` itself.',
      },
    );
  });
}

interface SharedEnv {
  readonly variables: ReadonlyMap<string, string>;
  readonly group: number | undefined;
}

async function readShared(path: string): Promise<SharedEnv> {
  try {
    const file = await open(path, 'r');
    try {
      const { gid } = await file.stat();
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
      return { variables: parseEnv(text, path), group: process.platform === 'win32' ? undefined : gid };
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return { variables: new Map(), group: undefined };
    if (codeOf(cause) === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new VersioningError('INVALID_ENV_FILE', `Expected ${path} in UTF-8, got other bytes`, {
        place: { file: path },
      });
    throw fileFailure('READ_FAILED', 'a file of variables that can be read', { path, cause });
  }
}
