import { codeOf } from '../../artifact/file-failure.ts';
import { shown, VersioningError } from '../../errors.ts';
import type { ServiceAction, ServiceSpec } from './contract.ts';
import { lastLines } from './log-file.ts';

/** Lines of its output that a failure shows. */
const SHOWN_LINES = 20;

/** A service did not do what was asked of it; the last lines of its output say why. */
export async function serviceFailed(spec: ServiceSpec, expectation: string, got: string): Promise<VersioningError> {
  const files = [...new Set([spec.stderr, spec.stdout])];
  const logs = await Promise.all(files.map(async (path) => ({ path, lines: await lastLines(path, SHOWN_LINES) })));
  const said = logs.filter(({ lines }) => lines.length > 0);
  if (said.length > 0)
    return failure(spec, `${expectation}, got ${got}`, said.map(({ path, lines }) => lastOf(path, lines)).join('\n'));
  const hint = `It has said nothing: ${files.join(' and ')} are empty. Start its command by hand to see more.`;
  return failure(spec, `${expectation}, got ${got}`, hint);
}

/** The same, of a service whose manager keeps its output. */
export function managedServiceFailed(spec: ServiceSpec, got: string, lines: readonly string[]): VersioningError {
  const hint = lines.length === 0 ? 'It has said nothing.' : lastOf('its output', lines);
  return failure(spec, `to run, got ${got}`, hint);
}

const lastOf = (where: string, lines: readonly string[]): string => `The last lines of ${where}:\n${lines.join('\n')}`;

const failure = ({ name }: ServiceSpec, text: string, hint: string): VersioningError =>
  new VersioningError('SERVICE_FAILED', `Expected service ${shown(name)} ${text}`, { hint });

/** The program of a service manager is not there, or has nobody to talk to. */
export function serviceUnavailable(manager: string, got: string, hint: string): VersioningError {
  return new VersioningError('SERVICE_UNAVAILABLE', `Expected ${manager} to answer, got ${got}`, { hint });
}

/** A program could not be started. */
export function programMissing(program: string, error: Error): VersioningError {
  const hint = `Install ${program}, and check that it is on the PATH.`;
  return serviceUnavailable(program, codeOf(error) ?? error.message, hint);
}

/** Something may only be done by somebody else, such as root: all of it is shown. */
export function serviceNotPermitted(
  { name }: ServiceSpec,
  got: string,
  actions: readonly ServiceAction[],
): VersioningError {
  const hint = `Carry this out as root:\n${actions.map(formatServiceAction).join('\n')}`;
  return new VersioningError(
    'SERVICE_NOT_PERMITTED',
    `Expected to be allowed to change service ${shown(name)}, got ${got}`,
    {
      hint,
    },
  );
}

/** An action as somebody would carry it out by hand, in a POSIX shell. */
export function formatServiceAction(action: ServiceAction): string {
  if (action.kind === 'own') return `# ${action.text}`;
  if (action.kind === 'run') {
    const variables = Object.entries(action.environment ?? {}).map(([name, value]) => `${name}=${quoted(value)}`);
    return [...variables, ...action.command.map(quoted)].join(' ');
  }
  const text = action.text.endsWith('\n') ? action.text : `${action.text}\n`;
  return `cat > ${quoted(action.path)} <<'END'\n${text}END`;
}

const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
