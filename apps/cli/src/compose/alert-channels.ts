import type { AlertRule, Channel, SecretSource } from '@x/operations/alerts';
import { demandDuration } from '../config/duration.ts';
import { resolvePath } from '../config/locations.ts';
import type { ConfiguredChannel, ConfiguredRule } from '../config/alerts.ts';
import { CliError } from '../errors.ts';

type Package = typeof import('@x/operations/alerts');

const ms = (duration: string | undefined): number | undefined =>
  duration === undefined ? undefined : demandDuration(duration);

/** Where a secret is. @throws {CliError} `CONFIG_INVALID` where two places are named. */
function secretAt(
  at: string,
  {
    file,
    env,
    folder,
  }: { readonly file: string | undefined; readonly env: string | undefined; readonly folder: string },
): SecretSource | undefined {
  if (file !== undefined && env !== undefined) throw invalid(at, 'a file or a variable with it, got both');
  if (file !== undefined) return { file: resolvePath(file, folder) };
  return env === undefined ? undefined : { env };
}

const invalid = (at: string, expected: string): CliError =>
  new CliError('CONFIG_INVALID', `${at}: Expected ${expected}`);

/** A channel of the configuration. */
export function channelOf(
  { webhookChannel, emailChannel, commandChannel, logChannel }: Package,
  name: string,
  { configured, folder }: { readonly configured: ConfiguredChannel; readonly folder: string },
): Channel {
  const at = `alerts.channels.${name}`;
  const { least } = configured;
  const path = (file: string | undefined): string | undefined => file && resolvePath(file, folder);
  if (configured.type === 'log') return logChannel({ name, least, to: resolvePath(configured.file, folder) });
  const timeoutMs = ms(configured.timeout);
  if (configured.type === 'command')
    return commandChannel({ name, least, timeoutMs, command: configured.command, cwd: folder });
  if (configured.type === 'email') {
    const { host, port, tls, user, from, to, passwordFile, passwordEnv } = configured;
    const password = secretAt(at, { file: passwordFile, env: passwordEnv, folder });
    return emailChannel({
      name,
      least,
      timeoutMs,
      host,
      port,
      tls,
      user,
      password,
      from,
      to,
      caFile: path(configured.caFile),
    });
  }
  const { url, urlFile, urlEnv, secretFile, secretEnv } = configured;
  const place = secretAt(at, { file: urlFile, env: urlEnv, folder });
  if ((url === undefined) === (place === undefined)) throw invalid(at, 'one of "url", "urlFile" and "urlEnv"');
  const secret = secretAt(at, { file: secretFile, env: secretEnv, folder });
  return webhookChannel({ name, least, timeoutMs, url: url ?? place ?? '', secret, caFile: path(configured.caFile) });
}

/** A rule of the configuration. */
export function ruleOf(name: string, configured: ConfiguredRule): AlertRule {
  const {
    severity,
    title = name,
    event,
    level,
    tenant,
    details,
    absentFor,
    tenants,
    by,
    until,
    channels,
    remind,
    escalate,
  } = configured;
  const condition = { event, level, tenant, details };
  return {
    name,
    severity,
    title,
    when: absentFor === undefined ? condition : { absent: condition, forMs: demandDuration(absentFor), tenants },
    by,
    until: until === undefined ? undefined : { event: until },
    channels,
    remindMs: ms(remind),
    escalate: escalate && { afterMs: demandDuration(escalate.after), channels: escalate.channels },
  };
}
