import { codeOf } from '../../artifact/file-failure.ts';
import type { VersioningError } from '../../errors.ts';
import { writeWhole } from '../layout/whole-file.ts';
import type { ServiceAction, ServiceCall, ServiceSpec } from './contract.ts';
import { type ProgramAnswer, runProgram } from './program.ts';
import { formatServiceAction, serviceFailed, serviceNotPermitted } from './service-failure.ts';

/** How actions are carried out. */
export interface CarryingOut {
  readonly spec: ServiceSpec;
  readonly call: ServiceCall;
  /** Where programs run. */
  readonly cwd?: string | undefined;
  /** What the end of a program means. Without an answer, an exit code that is not 0 is a failure. */
  readonly explain?:
    | ((
        answer: ProgramAnswer,
        command: readonly string[],
      ) => Explanation | undefined | Promise<Explanation | undefined>)
    | undefined;
}

/** What an exit code that is not 0 means: `fine` is none, `forbidden` is for those who may do more. */
export type Explanation = 'fine' | 'forbidden' | VersioningError;

const isRoot = (): boolean => process.platform === 'win32' || process.getuid?.() === 0;

/**
 * Carries out what was planned, one after the other.
 *
 * @throws {VersioningError} `SERVICE_NOT_PERMITTED` with all that is left to do; `SERVICE_FAILED`; `SERVICE_UNAVAILABLE`; `WRITE_FAILED`.
 */
export async function carryOut(actions: readonly ServiceAction[], carrying: CarryingOut): Promise<void> {
  const { spec, call } = carrying;
  if (!isRoot() && actions.some(({ needsRoot }) => needsRoot))
    throw serviceNotPermitted(spec, 'a user who is not root', actions);
  for (const [i, action] of actions.entries()) {
    call.signal?.throwIfAborted();
    call.onAction?.(formatServiceAction(action));
    if (action.kind === 'own') continue;
    const rest = (): VersioningError => serviceNotPermitted(spec, 'a refusal', actions.slice(i));
    if (action.kind === 'write') await write(action.path, action.text, rest);
    else await runAction(action, carrying, rest);
  }
}

async function runAction(
  { command, environment }: ServiceAction & { readonly kind: 'run' },
  { spec, call, cwd, explain }: CarryingOut,
  rest: () => VersioningError,
): Promise<void> {
  const env = { ...(process.env as Record<string, string>), ...environment };
  const answer = await runProgram(command, { cwd, env, signal: call.signal });
  if (answer.code === 0) return;
  const explanation = await explain?.(answer, command);
  if (explanation === 'fine') return;
  if (explanation === 'forbidden') throw rest();
  if (explanation !== undefined) throw explanation;
  throw await serviceFailed(
    spec,
    `to let "${command.join(' ')}" do its work`,
    `exit code ${answer.code}: ${answer.said}`,
  );
}

async function write(path: string, text: string, rest: () => VersioningError): Promise<void> {
  try {
    // Who reads it is somebody else, and may have to get at it.
    await writeWhole(path, text, { mode: 0o644, folderMode: 0o755 });
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf((error as Error).cause) ?? '')) throw rest();
    throw error;
  }
}
