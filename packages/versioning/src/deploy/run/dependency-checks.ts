import { basename, posix } from 'node:path';
import semver from 'semver';
import type { Check } from '../checks/contract.ts';
import { failureText } from '../checks/failure.ts';
import { findProgram } from '../checks/find-program.ts';
import { programCheck, versionOf } from '../checks/program-check.ts';
import { type Found, ownCheck } from './own-check.ts';
import type { VerifiedArtifact } from './run-artifact.ts';
import type { DeployTools, DeployWork } from './tools.ts';

/** Programs that `engines` of a `package.json` may name; the others are no programs. */
const ENGINES = ['node', 'npm', 'pnpm', 'yarn', 'bun'] as const;
/** What runs with `node`. */
const OF_NODE: ReadonlySet<string> = new Set(['node', 'npm', 'npx', 'pnpm', 'pnpx', 'yarn', 'corepack']);

/** Whether what a release needs of this machine is there: the program that installs it, those that are required, and what its `package.json` demands. */
export function dependencyChecks(work: DeployWork): readonly Check[] {
  const { tools } = work;
  const { install, requires } = tools;
  return [
    ...(install === undefined
      ? []
      : [ownCheck('install', tools, async (signal) => installFound(install[0], work, signal))]),
    ...requires,
    ownCheck('engines', tools, async (signal) => enginesFound(work, signal)),
  ];
}

/** Checks of programs by their ranges of versions; `*` is any. @throws {VersioningError} `INVALID_CHECK` for a range that is none. */
export function requiredPrograms(ranges: Readonly<Record<string, string>>, folder: string): readonly Check[] {
  return Object.entries(ranges).map(([program, range]) =>
    programCheck({ program, version: range === '*' ? undefined : range, folder }),
  );
}

/** A path is one in the release, in whose folder the command runs. */
async function installFound(program: string, { artifact }: DeployWork, signal?: AbortSignal): Promise<Found> {
  const isInside =
    /[/\\]/.test(program) && !posix.isAbsolute(program.replaceAll('\\', '/')) && !/^[A-Za-z]:/.test(program);
  const limit = 'can be run';
  if (!isInside) {
    const { path, found } = await findProgram(program);
    if (path !== undefined) return { found, limit };
    return {
      outcome: 'fail',
      found,
      limit,
      hint: `Install ${program}, or correct "install" and the PATH of whoever deploys.`,
    };
  }
  const inner = posix.normalize(program.replaceAll('\\', '/'));
  const release = await fetched(artifact, signal);
  if (release === undefined) return { outcome: 'warn', found: 'not looked at: the release is not here', limit };
  const entry = release.entries.find(({ path, kind }) => path === inner && kind === 'file');
  const hint = `Correct "install", or release ${inner} as a program (chmod +x).`;
  if (entry === undefined) return { outcome: 'fail', found: `no ${inner} in the release`, limit, hint };
  const mayRun = entry.executable || process.platform === 'win32';
  if (!mayRun) return { outcome: 'fail', found: `${inner} of the release, which may not be run`, limit, hint };
  return { found: `${inner} of the release`, limit };
}

/** What is wrong with the release itself is told by the check of that. */
const fetched = async (
  artifact: DeployWork['artifact'],
  signal: AbortSignal | undefined,
): Promise<VerifiedArtifact | undefined> => artifact.verified(signal).catch(() => undefined);

async function enginesFound({ tools, artifact }: DeployWork, signal?: AbortSignal): Promise<Found> {
  const release = await fetched(artifact, signal);
  if (release === undefined) return { outcome: 'warn', found: 'not looked at: the release is not here' };
  if (release.packageJson === undefined) return { found: 'no package.json' };
  const demanded = demandedBy(release.packageJson);
  if (demanded === undefined) return { outcome: 'warn', found: 'package.json can not be read as JSON' };
  if (demanded.length === 0) return { found: 'none demanded' };
  const looked = await Promise.all(demanded.map(async (each) => engineFound(tools, each, signal)));
  const outcomes = looked.map(({ outcome }) => outcome);
  const outcome = outcomes.includes('fail') ? 'fail' : outcomes.includes('warn') ? 'warn' : 'ok';
  return {
    outcome,
    found: looked.map(({ found }) => found).join(', '),
    limit: demanded.map(({ name, range }) => `${name} ${range}`).join(', '),
    hint:
      outcome === 'ok'
        ? undefined
        : 'Install what "engines" of its package.json demands, or correct the PATH of whoever deploys.',
  };
}

interface Engine {
  readonly name: string;
  readonly range: string;
}

/** `undefined` for what is no JSON. */
function demandedBy(text: string): readonly Engine[] | undefined {
  try {
    const { engines } = Object(JSON.parse(text)) as { readonly engines?: unknown };
    const all = Object(engines) as Record<string, unknown>;
    return ENGINES.flatMap((name) => {
      const range = all[name];
      return typeof range === 'string' ? [{ name, range }] : [];
    });
  } catch {
    return undefined;
  }
}

/** What nothing here runs is told of, and stops nobody: a release for containers has its programs in these. */
async function engineFound(
  tools: DeployTools,
  { name, range }: Engine,
  signal: AbortSignal | undefined,
): Promise<{ readonly outcome: 'ok' | 'warn' | 'fail'; readonly found: string }> {
  const lacking = isUsed(tools, name) ? 'fail' : 'warn';
  const folder = tools.place.layout.root;
  const { path, found } = await findProgram(programOf(tools, name), { folder });
  if (path === undefined) return { outcome: lacking, found };
  const { version, said } = await versionOf(path, { folder }, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    return { version: undefined, said: `can't be run: ${failureText(error)}` };
  });
  if (version === undefined) return { outcome: lacking, found: `${name}: ${said}` };
  if (semver.validRange(range) === null) return { outcome: 'warn', found: `${name} ${version} (${range} is no range)` };
  const isMet = semver.satisfies(version, range, { includePrerelease: true });
  return { outcome: isMet ? 'ok' : lacking, found: `${name} ${version} (${path})` };
}

/** What containers run is in them. */
const serverOf = ({ service }: DeployTools): string | undefined =>
  service?.kind === 'compose' ? undefined : service?.spec.command[0];

const nameOf = (program: string | undefined): string => basename(program ?? '').replace(/\.(?:exe|cmd)$/i, '');

/** Whether the release is installed with it here, or run. */
function isUsed(tools: DeployTools, name: string): boolean {
  const [installer, server] = [nameOf(tools.install?.[0]), nameOf(serverOf(tools))];
  return installer === name || server === name || (name === 'node' && (OF_NODE.has(installer) || OF_NODE.has(server)));
}

/** The one that the service runs counts, where it is named by its path. */
function programOf(tools: DeployTools, name: string): string {
  const own = serverOf(tools);
  return own !== undefined && nameOf(own) === name ? own : name;
}
