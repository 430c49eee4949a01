import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { VersioningError } from '../../errors.ts';
import { failureText, oneLine } from '../checks/failure.ts';
import { lastLines, runProgram } from '../checks/program.ts';
import type { Strategy, StrategyAction, StrategyCall, StrategyOutcome } from './contract.ts';
import { checkedHost, checkedTarget, copying, onHost, type RemoteHost } from './remote-host.ts';

/** Options of {@link hybridStrategy}. */
export interface HybridOptions extends RemoteHost {
  /** Makes what is copied, and gives the path of a file or folder: an exported release, for example. */
  readonly build: (call: StrategyCall) => Promise<string>;
  /** An absolute folder on the host that it is copied into. It is made where it is missing. */
  readonly target: string;
  /** What copies. Default: `rsync`, which sends only what is not there. */
  readonly copy?: 'rsync' | 'scp' | undefined;
  /** What is run on the host then. Default: `holdfast deploy run VERSION --channel CHANNEL --way hybrid`. */
  readonly command?: ((call: StrategyCall) => readonly [string, ...string[]]) | undefined;
}

/** What ssh itself ends with when it could not connect (ssh(1), "Exit status"). */
const SSH_FAILED = 255;

/**
 * Builds here, copies to a host and deploys there. It asks nobody: keys and agents of ssh answer.
 *
 * `run` throws `STRATEGY_FAILED` with the last lines of what failed; whatever `build` throws.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a host or folder that is none.
 * @example
 * ```ts
 * import { hybridStrategy } from '@x/versioning/deploy';
 *
 * const strategy = hybridStrategy({
 *   host: 'deploy@shop.example',
 *   target: '/srv/shop/incoming',
 *   build: async ({ version }) => `dist/shop-${version}.zip`,
 * });
 * console.log(await strategy.plan({ version: '1.0.5', channel: 'prod' }));
 * ```
 */
export function hybridStrategy(options: HybridOptions): Strategy {
  checkedHost(options);
  checkedTarget(options.target);
  return {
    name: 'hybrid',
    plan: (call) => Promise.resolve(planned(options, call)),
    run: (call) => carriedOut(options, call),
  };
}

function planned(options: HybridOptions, call: StrategyCall): readonly StrategyAction[] {
  const { host, target, copy = 'rsync' } = options;
  return [
    { kind: 'own', text: `build ${call.version} here` },
    { kind: 'run', command: makeFolder(options) },
    { kind: 'own', text: `copy it to ${host}:${checkedTarget(target)} with ${copy}` },
    { kind: 'run', command: onHost(options, commandFor(options, call)) },
  ];
}

const makeFolder = (options: HybridOptions): [string, ...string[]] =>
  onHost(options, ['mkdir', '-p', '--', checkedTarget(options.target)]);

function commandFor({ command = deployCommand }: HybridOptions, call: StrategyCall): readonly [string, ...string[]] {
  return command(call);
}

const deployCommand = ({ version, channel }: StrategyCall): [string, ...string[]] => [
  'holdfast',
  'deploy',
  'run',
  version,
  '--channel',
  channel,
  '--way',
  'hybrid',
];

async function carriedOut(options: HybridOptions, call: StrategyCall): Promise<StrategyOutcome> {
  const { host, target, copy = 'rsync', build } = options;
  const built = await build(call);
  call.signal?.throwIfAborted();
  // A name with a colon would be a host's, and one that begins with a dash an option.
  const from = isAbsolute(built) ? built : resolve(built);
  const isFolder = (await stat(from)).isDirectory();
  call.onLine?.(`built ${call.version}`);
  await step(makeFolder(options), `make a folder on ${host}`, call);
  await step(copying(options, { kind: copy, from, isFolder, to: target }), `copy to ${host}`, call);
  call.onLine?.(`copied to ${host}`);
  await step(onHost(options, commandFor(options, call)), `deploy on ${host}`, call);
  return { isLive: true, detail: `deployed ${call.version} on ${host}` };
}

async function step(
  command: readonly [string, ...string[]],
  what: string,
  { signal, onLine }: StrategyCall,
): Promise<void> {
  const failed = (said: string, hint: string, cause?: unknown): VersioningError =>
    new VersioningError('STRATEGY_FAILED', `Expected to ${what}, got: ${said}`, { hint, cause });
  const end = await runProgram({ command, signal, onLine }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw failed(failureText(error), `Check that ${command[0]} is installed.`, error);
  });
  if (end.code === 0) return;
  const said = lastLines(end.output, 5).map(oneLine).join(' | ') || `an end with ${end.code ?? 'a signal'}`;
  throw failed(
    said,
    end.code === SSH_FAILED
      ? 'Check that the host can be reached, and that a key of ssh lets you in without a question.'
      : 'What was done there can be seen with `holdfast deploy status`.',
  );
}
