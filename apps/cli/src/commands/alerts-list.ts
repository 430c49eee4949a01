import { openAlerts } from '../compose/alerts.ts';
import { emitObject } from '../output/emit.ts';
import { alertOutput } from '../output/alerts.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { ALERT_OPTIONS } from './alert-options.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

async function list(context: Context, input: CommandInput): Promise<ExitCode> {
  const { all = false } = input.options as { readonly all?: boolean };
  const { output, messages } = context;
  const { alerts } = await openAlerts(context);
  const view = await alerts.list();
  const shown = view.alerts.filter(({ status }) => all || status !== 'resolved');
  const down = Object.entries(view.down);
  if (context.json) {
    await emitObject(output, 'AlertList', {
      alerts: shown.map(alertOutput),
      waiting: view.waiting,
      down: down.map(([channel, { downSinceMs, nextMs, failures, error }]) => ({
        channel,
        since: iso(downSinceMs),
        next: iso(nextMs),
        failures,
        error,
      })),
      frozen: view.freezes.map(({ tenant, sinceMs, reason }) => ({ tenant, since: iso(sinceMs), reason })),
    });
    return EXIT.ok;
  }
  if (shown.length === 0) messages.note('No alert is open.');
  else {
    const rows = shown.map(({ key, severity, status, openedMs, count, title }) =>
      [severity, status, formatTime(openedMs), String(count), key, title].map(displayText),
    );
    const titles = ['SEVERITY', 'STATUS', 'SINCE', 'SEEN', 'ALERT', 'WHAT'].map((title) => ({ title }));
    const [head = '', ...lines] = tableLines(titles, rows);
    await output.write(`${[output.colors.bold(head), ...lines].join('\n')}\n`);
  }
  for (const { tenant, sinceMs, reason } of view.freezes)
    messages.warn(displayText(`Tenant ${tenant} has been frozen since ${formatTime(sinceMs)}: ${reason}`));
  for (const [channel, { error, nextMs }] of down)
    messages.warn(displayText(`Channel ${channel} is down, and tried again at ${formatTime(nextMs)}: ${error}`));
  for (const [channel, count] of Object.entries(view.waiting))
    messages.note(displayText(`${formatNumberOf(count, 'notice')} waiting for ${channel}`));
  return EXIT.ok;
}

/** `holdfast alerts list`. */
export const alertsList: CommandDefinition = {
  path: ['alerts', 'list'],
  action: 'alerts.read',
  summary: 'List open alerts, channels that are down, and what waits for them',
  description:
    'Those that were opened last come first. Also tenants of which nothing is forgotten, as ransomware is suspected.',
  options: [{ flags: '--all', description: 'also those that are resolved' }, ...ALERT_OPTIONS],
  examples: [{ call: 'holdfast alerts list', does: 'What is wrong now?' }],
  output: { shape: 'AlertList' },
  run: list,
};
