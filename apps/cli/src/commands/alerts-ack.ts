import { openAlerts, openRansomwareWatch } from '../compose/alerts.ts';
import { openConfigured } from '../compose/compose.ts';
import { userName } from '../compose/user.ts';
import { emitObject } from '../output/emit.ts';
import { alertOutput } from '../output/alerts.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';
import { ALERT_OPTIONS } from './alert-options.ts';

interface AckFlags {
  readonly note?: string | undefined;
  readonly resolve?: boolean | undefined;
}

async function acknowledge(context: Context, input: CommandInput): Promise<ExitCode> {
  const [key = ''] = input.arguments;
  const { note, resolve = false } = input.options as AckFlags;
  const { alerts } = await openAlerts(context);
  const act = { by: userName(), note };
  const alert = await (resolve ? alerts.resolve(key, act) : alerts.acknowledge(key, act));
  if (alert === undefined) {
    context.messages.warn(`No alert ${displayText(key)} is open: \`alerts list\` shows which are.`);
    return EXIT.notFound;
  }
  if (context.json) await emitObject(context.output, 'Alert', alertOutput(alert));
  else if (!context.messages.quiet) await context.output.line(displayText(`${key} is ${alert.status} by ${act.by}`));
  return EXIT.ok;
}

async function release(context: Context, input: CommandInput): Promise<ExitCode> {
  const [tenant = ''] = input.arguments;
  const { reason } = input.options as { readonly reason: string };
  const { settings } = await context.effective();
  const { alerts } = await openAlerts(context);
  await using repository = await openConfigured(context);
  const watch = await openRansomwareWatch(alerts, repository, settings);
  const by = userName();
  const released = await watch.release(tenant, { by, note: reason });
  if (context.json) await emitObject(context.output, 'AlertsReleased', { tenant, by, released });
  else if (!released) context.messages.warn(`Tenant ${displayText(tenant)} is not frozen.`);
  else if (!context.messages.quiet)
    await context.output.line(
      displayText(`tenant ${tenant} is released by ${by}: what was backed up until now counts as good`),
    );
  return released ? EXIT.ok : EXIT.notFound;
}

/** `holdfast alerts ack`. */
export const alertsAck: CommandDefinition = {
  path: ['alerts', 'ack'],
  action: 'alerts.acknowledge',
  summary: 'Say that you look after an alert, or that it is over',
  description: 'Nobody is reminded of it any more. Your name, as the operating system knows it, is kept with it.',
  arguments: [{ name: '<alert>', description: 'as `alerts list` shows it' }],
  options: [
    { flags: '--note <text>', description: 'what others should know' },
    { flags: '--resolve', description: 'it is over' },
    ...ALERT_OPTIONS,
  ],
  examples: [
    { call: 'holdfast alerts ack backup-failed/hotel-rio/m1 --note "disk is being replaced"', does: 'I look after it' },
  ],
  output: { shape: 'Alert' },
  run: acknowledge,
};

/** `holdfast alerts release`. */
export const alertsRelease: CommandDefinition = {
  path: ['alerts', 'release'],
  action: 'alerts.release',
  whose: 'argument',
  summary: 'Let snapshots of a tenant be forgotten again, after ransomware was suspected',
  description:
    'What was backed up until now counts as good from then on, so look first: restore what was there before, and find out what has changed the files. Your name, as the operating system knows it, and the reason are kept. A legal hold that ' +
    'somebody else has placed stays.',
  arguments: [{ name: '<tenant>', description: 'the tenant' }],
  options: [{ flags: '--reason <text>', description: 'why; it is kept and shown', required: true }, ...ALERT_OPTIONS],
  examples: [{ call: 'holdfast alerts release hotel-rio --reason "a formatter was run"', does: 'It was no attack' }],
  output: { shape: 'AlertsReleased' },
  run: release,
};
