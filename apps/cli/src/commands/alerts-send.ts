import type { Alerts, Flushed } from '@x/operations/alerts';
import { lookAtDisks, lookForRansomware, openAlerts, tellOfRepository } from '../compose/alerts.ts';
import { openConfigured } from '../compose/compose.ts';
import { configFolder } from '../compose/tenant-modules.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import { ALERT_OPTIONS } from './alert-options.ts';

async function render(
  context: Context,
  { sent, failed, left }: Flushed,
  frozen?: readonly string[],
): Promise<ExitCode> {
  if (context.json)
    await emitObject(context.output, 'AlertsSent', { sent, failed, left, frozen: frozen && [...frozen] });
  else {
    for (const tenant of frozen ?? [])
      context.messages.warn(
        `Tenant ${displayText(tenant)} is frozen, as ransomware is suspected: nothing of it is forgotten.`,
      );
    if (!context.messages.quiet) await context.output.line(`${formatNumberOf(sent, 'notice')} sent, ${left} waiting`);
    if (failed > 0) context.messages.warn('Not all channels have taken what they were sent: it is tried again.');
  }
  return failed > 0 ? EXIT.partial : EXIT.ok;
}

async function send(context: Context): Promise<ExitCode> {
  const { alerts } = await openAlerts(context);
  return render(context, await context.timed('send', () => alerts.flush()));
}

async function check(context: Context): Promise<ExitCode> {
  const effective = await context.effective();
  const { settings } = effective;
  const { alerts } = await openAlerts(context);
  await lookAtDisks(alerts, settings, configFolder(context, effective));
  const looked = settings['alerts.ransomware'] ? await lookAtRepository(context, alerts) : { frozen: [] };
  // Whatever became of the look: people are told.
  const flushed = await context.timed('send', () => alerts.check());
  if (looked.failure !== undefined) throw looked.failure;
  return render(context, flushed, looked.frozen);
}

interface LookedAt {
  readonly frozen: readonly string[];
  readonly failure?: Error | undefined;
}

/** Looks for ransomware. A repository that can't be opened is told, too. */
async function lookAtRepository(context: Context, alerts: Alerts): Promise<LookedAt> {
  try {
    await using repository = await openConfigured(context);
    const frozen = await context.timed('look for ransomware', () => lookForRansomware(context, repository, { alerts }));
    await tellOfRepository(alerts, undefined);
    return { frozen };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    await tellOfRepository(alerts, failure);
    return { frozen: [], failure };
  }
}

async function trial(context: Context, input: CommandInput): Promise<ExitCode> {
  const { alerts, channels } = await openAlerts(context);
  const names = input.arguments.length === 0 ? channels : input.arguments;
  const results = await alerts.test(names);
  const shown = [...results].map(([channel, error]) => ({ channel, ok: error === undefined, error: error?.message }));
  if (context.json) await emitObject(context.output, 'AlertsTested', { channels: shown });
  else if (shown.length === 0) context.messages.note('No channel is configured: write some below alerts.channels.');
  else for (const { channel, error } of shown) await context.output.line(displayText(`${channel}: ${error ?? 'ok'}`));
  return shown.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

/** `holdfast alerts send`. */
export const alertsSend: CommandDefinition = {
  path: ['alerts', 'send'],
  action: 'alerts.send',
  summary: 'Send what waits, oldest first',
  description:
    'A channel that is down is tried again when its time has come: seconds at first, then up to a quarter of an hour. Exits with 3 when one did not take something.',
  options: ALERT_OPTIONS,
  examples: [{ call: 'holdfast alerts send', does: 'What waits for the mail server, now' }],
  output: { shape: 'AlertsSent' },
  run: send,
};

/** `holdfast alerts check`. */
export const alertsCheck: CommandDefinition = {
  path: ['alerts', 'check'],
  action: 'alerts.send',
  summary: 'Look at disks, for ransomware and at what did not come, and send what waits',
  description:
    'Meant for the scheduler, every few minutes. It looks for ransomware where `alerts.ransomware` of the configuration says so: when most files of a snapshot have changed and look random, or most are gone, nothing of ' +
    'its tenant is forgotten until somebody releases it. Also reminds of alerts, and passes on what nobody has acknowledged.',
  options: ALERT_OPTIONS,
  examples: [{ call: 'holdfast alerts check', does: 'Is anything wrong?' }],
  output: { shape: 'AlertsSent' },
  run: check,
};

/** `holdfast alerts test`. */
export const alertsTest: CommandDefinition = {
  path: ['alerts', 'test'],
  action: 'alerts.send',
  summary: 'Send a trial by each channel, or by some',
  description: 'At once, beside what waits. Exits with 1 when one did not take it.',
  arguments: [{ name: '[channel...]', description: 'names of channels (default: all)' }],
  options: ALERT_OPTIONS,
  examples: [{ call: 'holdfast alerts test mail', does: 'Do mails get through?' }],
  output: { shape: 'AlertsTested' },
  run: trial,
};
