import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Repository } from '@x/backup-store';
import type { AlertRule, Alerts, RansomwareWatch } from '@x/operations/alerts';
import { now } from '../clock.ts';
import { resolveLocation } from '../config/locations.ts';
import type { Settings } from '../config/fields.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';
import { channelOf, ruleOf } from './alert-channels.ts';
import { configFolder } from './tenant-modules.ts';

/** Alerts of the configuration. */
export interface OpenAlerts {
  readonly alerts: Alerts;
  /** Folder or URL of the store. */
  readonly location: string;
  readonly channels: readonly string[];
}

/** Rules in force: those that are there, but for what the configuration says instead. */
function rulesOf(
  { DEFAULT_RULES, diskRules }: typeof import('@x/operations/alerts'),
  { 'alerts.rules': own = {}, 'alerts.disk': disk }: Settings,
): readonly AlertRule[] {
  const rules = new Map(DEFAULT_RULES.map((rule) => [rule.name, rule]));
  for (const rule of diskRules(disk?.warning, disk?.critical)) rules.set(rule.name, rule);
  for (const [name, rule] of Object.entries(own)) {
    if (rule === false) rules.delete(name);
    else rules.set(name, ruleOf(name, rule));
  }
  return [...rules.values()];
}

/**
 * The alerts of the configuration.
 *
 * @throws {CliError} `CONFIG_INVALID`; {OperationsError} `INVALID_ALERTS`; {StorageError} `UNSUPPORTED_URL`.
 */
export async function openAlerts(context: Context): Promise<OpenAlerts> {
  const effective = await context.effective();
  const { settings } = effective;
  const [{ openStore }, operations] = await Promise.all([import('@x/storage'), import('@x/operations/alerts')]);
  const folder = configFolder(context, effective);
  const location = settings['alerts.store'] ?? join(folder, '.holdfast', 'alerts');
  const channels = Object.entries(settings['alerts.channels'] ?? {}).map(([name, configured]) =>
    channelOf(operations, name, { configured, folder }),
  );
  const alerts = operations.createAlerts({
    store: await openStore(location),
    channels,
    rules: rulesOf(operations, settings),
    quietHours: settings['alerts.quietHours'],
    clock: { now },
  });
  return { alerts, location, channels: channels.map(({ name }) => name) };
}

/** The watch for ransomware over a repository. */
export async function openRansomwareWatch(
  alerts: Alerts,
  repository: Repository,
  settings: Settings,
): Promise<RansomwareWatch> {
  const { createRansomwareWatch } = await import('@x/operations/alerts');
  const configured = settings['alerts.ransomware'];
  const limits = typeof configured === 'object' ? configured : undefined;
  return createRansomwareWatch({ repository, alerts, limits, clock: now });
}

/** Looks at the disks of the destinations, and tells the alerts. */
export async function lookAtDisks(alerts: Alerts, settings: Settings, folder: string): Promise<void> {
  const { diskEvents } = await import('@x/operations/alerts');
  const { destinations } = settings['alerts.disk'] ?? {};
  const { repository } = settings;
  const places =
    destinations?.map((each) => resolveLocation(each, folder)) ?? (repository === undefined ? [] : [repository]);
  for (const event of await diskEvents({ destinations: places, nowMs: now() })) await alerts.onEvent(event);
}

/** Tells the alerts that the repository could be looked at, or not. */
export async function tellOfRepository(alerts: Alerts, failure: Error | undefined): Promise<void> {
  const common = { at: new Date(now()).toISOString(), host: hostname() } as const;
  if (failure === undefined)
    return alerts.onEvent({ ...common, name: 'repository.reached', level: 'info', details: {} });
  const code = 'code' in failure ? String(failure.code) : 'UNEXPECTED';
  const details = { error: { code, message: failure.message } };
  return alerts.onEvent({ ...common, name: 'repository.unreachable', level: 'error', details });
}

/** Whether anybody wants to know what happens: channels or a store of alerts are configured. */
export function wantsAlerts({ 'alerts.channels': channels, 'alerts.store': store }: Settings): boolean {
  return channels !== undefined || store !== undefined;
}

/** Tells people that the audit log is not what was written. They alone are told: what is written into it now would be one more change of what is evidence. */
export async function tellOfDamagedLog(context: Context, findings: readonly string[]): Promise<void> {
  const { settings } = await context.effective();
  if (!wantsAlerts(settings)) return;
  const { alerts } = await openAlerts(context);
  const details = { findings: findings.length, first: findings[0] };
  const at = new Date(now()).toISOString();
  await alerts.onEvent({ at, name: 'log.damaged', level: 'error', host: hostname(), details });
  await alerts.flush();
}

/** Looks for ransomware in the tenants of a repository. @returns Those of which nothing is forgotten now. */
export async function lookForRansomware(
  context: Context,
  repository: Repository,
  { alerts, tenant }: { readonly alerts: Alerts; readonly tenant?: string | undefined },
): Promise<readonly string[]> {
  const { settings } = await context.effective();
  const configured = settings['alerts.ransomware'];
  const only = typeof configured === 'object' ? configured.tenants : undefined;
  const watch = await openRansomwareWatch(alerts, repository, settings);
  const frozen: string[] = [];
  for (const { name, status } of await repository.tenants.list()) {
    const isMeant = (tenant === undefined || name === tenant) && (only === undefined || only.includes(name));
    if (!isMeant || status === 'erased' || status === 'erasing') continue;
    const look = await watch.look(name);
    if (look.frozen) frozen.push(name);
  }
  return frozen;
}

/** Before something is forgotten: what looks like the work of ransomware freezes its tenant, where the configuration wants that. */
export async function lookBeforeForgetting(
  context: Context,
  repository: Repository,
  tenant: string | undefined,
): Promise<void> {
  const { settings } = await context.effective();
  const { 'alerts.ransomware': configured } = settings;
  if (configured === undefined || configured === false) return;
  const { alerts } = await openAlerts(context);
  for (const name of await lookForRansomware(context, repository, { alerts, tenant }))
    context.messages.warn(
      `Tenant ${displayText(name)} is frozen, as ransomware is suspected: see \`alerts list\`, and \`alerts release\` when all is well.`,
    );
}
