import type { Deployer, Deployment } from '@x/versioning/deploy';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { readNamed } from './named-input.ts';

/**
 * The deploys of a machine: of this one, or as a file tells those of another.
 *
 * @param file As `deploy history --json` prints it; `-` is standard input.
 * @throws {CliError} `USAGE` for a file that has something else, `UNREADABLE`.
 */
export async function readDeployHistory(
  context: Context,
  file: string | undefined,
  deployer: Deployer | undefined,
): Promise<readonly Deployment[]> {
  if (file === undefined) return (await deployer?.history({ signal: context.signal })) ?? [];
  const text = await readNamed(context, file, 'the history');
  const deployments = deploymentsIn(text);
  if (deployments !== undefined) return deployments;
  throw usageError(
    `Expected a history as \`holdfast deploy history --json\` prints it, got something else in ${file}`,
    'Write it there on the machine that was deployed to.',
  );
}

const NEEDED = ['id', 'kind', 'version', 'channel', 'strategy', 'outcome', 'startedAt'] as const;

/** The deployments in a text; nothing where it has none. */
function deploymentsIn(text: string): readonly Deployment[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('USAGE', 'Expected JSON as a history, got something else', { cause });
  }
  const list = (value as { readonly deployments?: unknown } | null)?.deployments;
  const isDeployment = (each: unknown): each is Deployment => {
    if (typeof each !== 'object' || each === null) return false;
    const fields = each as Readonly<Record<string, unknown>>;
    return (
      NEEDED.every((name) => typeof fields[name] === 'string') &&
      Array.isArray(fields['steps']) &&
      typeof fields['migrations'] === 'number'
    );
  };
  return Array.isArray(list) && list.every(isDeployment) ? list : undefined;
}
