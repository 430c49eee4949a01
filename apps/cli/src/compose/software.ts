import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { BackedUpSoftware } from '@x/backup-store';
import { resolvePath } from '../config/locations.ts';
import type { Effective } from '../config/merge.ts';
import { CliError } from '../errors.ts';
import { commitAround } from '../git/checkout.ts';
import type { Context } from '../program/context.ts';
import { configFolder, tenantConfig } from './tenant-modules.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;

/** The software of the tenant, as the configuration tells where to find it. @throws {CliError} `UNREADABLE`. */
export async function configuredSoftware(
  context: Context,
  effective: Effective,
): Promise<BackedUpSoftware | undefined> {
  const { software } = tenantConfig(effective);
  if (software === undefined) return undefined;
  const { name, version, command, packageJson } = software;
  const folder = configFolder(context, effective);
  if (packageJson !== undefined) return await packageOf(resolvePath(packageJson, folder));
  if (command === undefined) return { name, version: version ?? '' };
  return { name, version: await context.timed('ask for the version', () => printedBy(command, folder, context)) };
}

/** The first line that a command line prints. What it says beside that is not repeated: nobody knows what is in it. */
async function printedBy(command: string, cwd: string, { signal, env }: Context): Promise<string> {
  let printed: string;
  try {
    const { stdout } = await run('sh', ['-c', command], { cwd, env: { ...env }, signal, timeout: TIMEOUT_MS });
    printed = stdout;
  } catch (error) {
    signal.throwIfAborted();
    const { code, killed } = error as { readonly code?: number | string; readonly killed?: boolean };
    const got = killed === true ? 'none within a minute' : `exit code ${code ?? 'unknown'}`;
    throw unknownVersion(`that the configured command prints, got ${got}`, error);
  }
  const line = (printed.split('\n')[0] ?? '').trim();
  if (line !== '') return line;
  throw unknownVersion('that the configured command prints, got nothing');
}

async function packageOf(file: string): Promise<BackedUpSoftware> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    throw unknownVersion(`in ${file}, got a file that can't be read as JSON`, error);
  }
  const { name, version } = (value ?? {}) as { readonly name?: unknown; readonly version?: unknown };
  if (typeof version !== 'string' || version === '') throw unknownVersion(`in ${file}, got none`);
  const commit = await commitAround(file);
  return { name: typeof name === 'string' && name !== '' ? name : undefined, version, commit };
}

const unknownVersion = (expected: string, cause?: unknown): CliError =>
  new CliError('UNREADABLE', `Expected the version of the software ${expected}`, {
    cause,
    hint: 'Correct "software" of the tenant in holdfast.config.json. Nothing was backed up.',
  });
