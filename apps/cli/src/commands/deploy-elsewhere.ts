import type { StrategyAction } from '@x/versioning/deploy';
import { configuredStrategy } from '../compose/deploy-strategies.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

/** A deploy that others carry out, or this machine on another one. */
export interface ElsewhereCall {
  /** One that comes along, or one's own. */
  readonly strategy: string;
  readonly version: string;
  readonly dryRun: boolean;
}

function actionText(action: StrategyAction): string {
  if (action.kind === 'run') return action.command.join(' ');
  return action.kind === 'request' ? `${action.method} ${action.url}` : action.text;
}

/** Carries a strategy out, or shows what it would do. */
export async function deployElsewhere(
  context: Context,
  { strategy: name, version, dryRun }: ElsewhereCall,
): Promise<ExitCode> {
  const { signal, output, messages, json } = context;
  const strategy = await configuredStrategy(context, name);
  const { settings } = await context.effective();
  const call = {
    version,
    channel: settings['deploy.channel'],
    signal,
    onLine: (line: string) => messages.note(displayText(line)),
  };
  if (dryRun) {
    const actions = await strategy.plan(call);
    if (json) await emitObject(output, 'DeployStrategyPlan', { strategy: name, version, actions: [...actions] });
    else for (const action of actions) await output.line(displayText(actionText(action)));
    return EXIT.ok;
  }
  const outcome = await context.timed('deploy', () => strategy.run(call));
  if (json) await emitObject(output, 'DeployStrategyRun', { strategy: name, version, ...outcome });
  else await output.line(displayText(outcome.detail));
  return EXIT.ok;
}
