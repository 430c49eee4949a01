import { readFile } from 'node:fs/promises';
import { OperationsError } from '../../errors.ts';
import { type Channel, ChannelError } from '../channel.ts';
import { subjectOf, textOf } from '../notice-text.ts';
import type { Severity } from '../rule.ts';
import type { Notice } from '../state.ts';
import { checkSecretSource, readSecret, type SecretSource } from './secret.ts';

/** Options of {@link emailChannel}. */
export interface EmailOptions {
  readonly name: string;
  readonly host: string;
  /** Default: 465 with `tls: 'direct'`, else 587. */
  readonly port?: number | undefined;
  /**
   * `starttls` (default): encrypted after the greeting, or not sent; `direct`: from the beginning; `none`: not at all, for a server on this machine.
   * A password is never sent without encryption.
   */
  readonly tls?: 'starttls' | 'direct' | 'none' | undefined;
  readonly user?: string | undefined;
  readonly password?: SecretSource | undefined;
  readonly from: string;
  readonly to: readonly string[];
  /** A file with certificates (PEM) of authorities that are trusted instead of the usual ones. */
  readonly caFile?: string | undefined;
  /** Milliseconds for each step of the talk with the server; default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Nothing less is sent. */
  readonly least?: Severity | undefined;
}

/** Answers of a server after which another try makes no sense soon: no such mailbox, not allowed. */
const REFUSALS: ReadonlySet<number> = new Set([550, 551, 552, 553, 554]);

/**
 * Sends notices as e-mail. Needs the optional peer `nodemailer`: `npm install nodemailer`.
 *
 * @throws {OperationsError} `INVALID_ALERTS`
 */
export function emailChannel(options: EmailOptions): Channel {
  const { name, host, tls = 'starttls', from, to, password, least } = options;
  const wrong = (what: string): OperationsError =>
    new OperationsError('INVALID_ALERTS', `Expected ${what} for the channel ${name}`);
  if (host === '') throw wrong('the host of a mail server');
  if (from === '' || to.length === 0 || to.some((each) => each === ''))
    throw wrong('a sender in "from" and somebody in "to"');
  if ([from, ...to].some((each) => /\p{Cc}/u.test(each))) throw wrong('addresses on one line each');
  checkSecretSource(password, `the password of the channel ${name}`);
  if (password !== undefined && tls === 'none') throw wrong('encryption ("tls") where there is a password');
  if ((password === undefined) !== (options.user === undefined)) throw wrong('both a user and a password, or neither');
  return { name, least, send: async (notice, signal) => send(options, notice, signal) };
}

async function send(options: EmailOptions, notice: Notice, signal: AbortSignal): Promise<void> {
  const { name, host, tls = 'starttls', port = tls === 'direct' ? 465 : 587, user, timeoutMs = 10_000 } = options;
  const { createTransport } = await loadNodemailer();
  const auth =
    user === undefined || options.password === undefined
      ? undefined
      : { user, pass: await readSecret(options.password, `the password of the channel ${name}`) };
  const ca = options.caFile === undefined ? undefined : await readFile(options.caFile, 'utf8');
  const transport = createTransport({
    host,
    port,
    secure: tls === 'direct',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  const close = (): void => transport.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    await transport.sendMail({
      from: options.from,
      to: [...options.to],
      subject: subjectOf(notice),
      text: textOf(notice),
      // The same for all attempts: mail programs show it once.
      messageId: `<${notice.id}@holdfast>`,
      headers: { 'X-Holdfast-Alert': notice.key, 'Auto-Submitted': 'auto-generated' },
    });
  } catch (error) {
    throw failureOf(error, name);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

/** Of what went wrong only codes are told: answers of servers may repeat what they were sent. */
function failureOf(error: unknown, name: string): ChannelError {
  const { code = 'an error', responseCode } = error as { readonly code?: string; readonly responseCode?: number };
  const answer = responseCode === undefined ? code : `${code} (${responseCode})`;
  return new ChannelError(`Expected the mail server of the channel ${name} to take a mail, got ${answer}`, {
    isRefusal: responseCode !== undefined && REFUSALS.has(responseCode) && code !== 'EAUTH',
    hint: code === 'EAUTH' ? 'Look at the user and the password.' : 'It is sent again later.',
  });
}

async function loadNodemailer(): Promise<Pick<typeof import('nodemailer'), 'createTransport'>> {
  try {
    return await import('nodemailer');
  } catch (cause) {
    throw new OperationsError('PACKAGE_MISSING', 'Expected the package nodemailer, which is not installed', {
      cause,
      hint: 'npm install nodemailer',
    });
  }
}
