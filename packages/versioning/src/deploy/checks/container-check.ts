import type { Check } from './contract.ts';
import { oneLine } from './failure.ts';
import { type CheckTiming, type Finding, measuredCheck } from './measured-check.ts';
import { lastLines, runProgram } from './program.ts';

/** Options of {@link containerCheck}. */
export interface ContainerCheckOptions extends CheckTiming {
  /** Name or id. */
  readonly container: string;
  /** The program, and arguments before `inspect`: `['docker', '--context', 'prod']`, `['podman']`. Default: `['docker']`. */
  readonly program?: readonly [string, ...string[]] | undefined;
  /** Whether a container without a health check of its own is a `fail`. Default: `false`: it is a `warn`. */
  readonly needsHealth?: boolean | undefined;
}

/** What is read of `docker inspect`'s `State`. */
interface ContainerState {
  readonly Status?: string;
  readonly ExitCode?: number;
  readonly Health?: { readonly Status?: string; readonly Log?: readonly { readonly Output?: string }[] | null } | null;
}

const ATTEMPTS = 10;

/**
 * Whether a container runs and its own health check passes.
 *
 * @example
 * ```ts
 * import { containerCheck } from '@x/versioning/deploy';
 *
 * console.log((await containerCheck({ container: 'shop-db' }).run({})).found); // running, healthy
 * ```
 */
export function containerCheck(options: ContainerCheckOptions): Check {
  const { container, program = ['docker'], needsHealth = false } = options;
  const [first, ...rest] = program;
  return measuredCheck(
    {
      kind: 'container',
      name: `container ${container}`,
      limit: needsHealth ? 'running, and healthy' : 'running, and not unhealthy',
      hint: `Check that ${first} is installed, and that you may use it.`,
      async measure({ signal }) {
        // A name that begins with a dash is none of its options.
        const command = [
          first,
          ...rest,
          'inspect',
          '--type',
          'container',
          '--format',
          '{{json .State}}',
          '--',
          container,
        ];
        const { code, output } = await runProgram({ command: command as [string, ...string[]], signal });
        if (code !== 0) {
          return { outcome: 'fail', found: oneLine(lastLines(output, 1)[0] ?? `${first} ended with ${code}`) };
        }
        return judged(stateIn(output), needsHealth);
      },
    },
    { attempts: ATTEMPTS, ...options },
  );
}

/** Warnings of the program may stand around it. */
function stateIn(output: string): ContainerState {
  const line = output.split('\n').find((each) => each.trim().startsWith('{'));
  const state: unknown = JSON.parse(line ?? '');
  return typeof state === 'object' && state !== null ? state : {};
}

function judged({ Status = 'unknown', ExitCode, Health }: ContainerState, needsHealth: boolean): Finding {
  if (Status !== 'running') {
    const code = ExitCode === undefined ? '' : `, ended with ${ExitCode}`;
    return { outcome: 'fail', found: `${oneLine(Status)}${code}`, hint: 'See its log for the reason.' };
  }
  const health = Health?.Status ?? 'none';
  if (health === 'healthy') return { outcome: 'ok', found: 'running, healthy' };
  if (health === 'none') {
    const hint = 'Give its image a HEALTHCHECK, so that more is known than that it runs.';
    return { outcome: needsHealth ? 'fail' : 'warn', found: 'running, without a health check', hint, isFinal: true };
  }
  const said = oneLine(Health?.Log?.at(-1)?.Output ?? '');
  return {
    outcome: 'fail',
    found: `running, ${oneLine(health)}${said === '' ? '' : `: ${said}`}`,
    hint: health === 'starting' ? 'It still starts: allow more attempts.' : 'See what its health check says.',
  };
}
