import semver from 'semver';
import { shown, VersioningError } from '../../errors.ts';
import type { Check } from './contract.ts';
import { oneLine } from './failure.ts';
import { findProgram, type ProgramPlaces } from './find-program.ts';
import { type CheckTiming, type Finding, measuredCheck } from './measured-check.ts';
import { lastLines, runProgram } from './program.ts';

/** Options of {@link programCheck}. */
export interface ProgramCheckOptions extends CheckTiming {
  /** A name on the `PATH`, or a path. */
  readonly program: string;
  /** The versions that will do, as npm writes ranges: `>=22`, `^1.4`. Default: any, and it is not run. */
  readonly version?: string | undefined;
  /** What it is run with to tell its version. Default: `--version`. */
  readonly args?: readonly string[] | undefined;
  /** What a path is relative to, and where it is run. Default: where this process is. */
  readonly folder?: string | undefined;
}

/** How long a program may take to tell its version, in milliseconds: one that is cold, on a machine with much to do. */
const TIMEOUT_MS = 20_000;

/**
 * Whether a program is there, may be run by the user of this process, and has a version that will do.
 *
 * @throws {VersioningError} `INVALID_CHECK` for a range that is none.
 * @example
 * ```ts
 * import { programCheck } from '@x/versioning/deploy';
 *
 * const { outcome, found } = await programCheck({ program: 'uv', version: '>=0.4' }).run({});
 * console.log(outcome, found); // ok 0.5.1 (/usr/local/bin/uv)
 * ```
 */
export function programCheck(options: ProgramCheckOptions): Check {
  const { program, version } = options;
  if (version !== undefined && semver.validRange(version) === null) {
    throw new VersioningError('INVALID_CHECK', `Expected a range of versions for ${program}, got ${shown(version)}`, {
      hint: 'As npm writes them: `>=22`, `^1.4`, `16 || 18`.',
    });
  }
  return measuredCheck(
    {
      kind: 'program',
      name: `program ${program}`,
      limit: version === undefined ? 'can be run' : version,
      hint: `Install ${program}, or correct the PATH of whoever deploys.`,
      measure: async ({ signal }) => programFound(options, signal),
    },
    { timeoutMs: TIMEOUT_MS, ...options },
  );
}

async function programFound(options: ProgramCheckOptions, signal: AbortSignal): Promise<Finding> {
  const { program, version: range } = options;
  const hint = `Install ${program}${range === undefined ? '' : ` ${range}`}, or correct the PATH of whoever deploys.`;
  const { path, found } = await findProgram(program, options);
  if (path === undefined) return { outcome: 'fail', found, hint, isFinal: true };
  if (range === undefined) return { outcome: 'ok', found };
  const { version, said } = await versionOf(path, options, signal);
  if (version === undefined) return { outcome: 'fail', found: `${path}, which tells no version: ${said}`, hint };
  const isMet = semver.satisfies(version, range, { includePrerelease: true });
  return { outcome: isMet ? 'ok' : 'fail', found: `${version} (${path})`, hint: isMet ? undefined : hint };
}

/** What a program says of its version: the first number with a dot, or else the first number. */
export async function versionOf(
  path: string,
  { args = ['--version'], folder }: Pick<ProgramCheckOptions, 'args' | 'folder'> & ProgramPlaces,
  signal: AbortSignal | undefined,
): Promise<{ readonly version?: string | undefined; readonly said: string }> {
  const { output } = await runProgram({ command: [path, ...args], folder, isForeign: true, signal });
  const [text = ''] = /\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?/.exec(output) ?? /\d+/.exec(output) ?? [];
  const version = semver.coerce(text, { includePrerelease: true })?.version;
  return { version, said: oneLine(lastLines(output, 1).join(' ')) || 'nothing' };
}
