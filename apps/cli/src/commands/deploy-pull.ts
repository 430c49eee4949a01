import type { DeployRunOptions, PullResult } from '@x/versioning/deploy';
import { pullHere } from '../compose/deploy-pull.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

/** What `deploy run --pull` may be told. */
export interface PullFlags {
  /** Milliseconds. */
  readonly every?: number | undefined;
  readonly serverName?: string | undefined;
}

/** Looks at the store, once or again and again, and says what came of it. */
export async function deployPull(context: Context, flags: PullFlags, options: DeployRunOptions): Promise<ExitCode> {
  const { output, json, messages } = context;
  let code: ExitCode = EXIT.ok;
  const told = new Set<string>();
  for await (const result of pullHere(context, { server: flags.serverName, everyMs: flags.every, options })) {
    for (const key of oddIn(result).filter((each) => !told.has(each))) {
      // It stays there, and is said once.
      told.add(key);
      messages.warn(`${displayText(key)} in the store is no request or answer, and is passed over.`);
    }
    if (json) await emitObject(output, 'DeployPulled', pulled(result));
    else if (result.kind !== 'idle' || flags.every === undefined) await output.line(displayText(resultText(result)));
    const isFailed = result.kind === 'answered' && result.answer.outcome === 'failed';
    code = isFailed ? EXIT.failed : EXIT.ok;
  }
  return code;
}

const oddIn = (result: PullResult): readonly string[] => ('odd' in result ? (result.odd ?? []) : []);

interface PulledOutput {
  kind: PullResult['kind'];
  message?: string;
  answer?: AnswerOutput;
  odd?: readonly string[] | undefined;
}

function pulled(result: PullResult): PulledOutput {
  if (result.kind === 'unreachable') return { kind: result.kind, message: result.message };
  return result.kind === 'idle' ? result : { ...result, answer: { ...result.answer } };
}

type AnswerOutput = Extract<PullResult, { readonly kind: 'answered' }>['answer'];

function resultText(result: PullResult): string {
  if (result.kind === 'idle') return 'nothing was asked for, and nothing is newer';
  if (result.kind === 'unreachable') return `the store does not answer: ${result.message}`;
  const { version = 'a release', outcome, request, error } = result.answer;
  const why = request === undefined ? 'by itself' : `request ${request}`;
  return `${version}: ${outcome} (${why})${error === undefined ? '' : `: ${error.message}`}`;
}
