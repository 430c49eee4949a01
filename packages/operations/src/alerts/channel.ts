import { OperationsError } from '../errors.ts';
import type { Severity } from './rule.ts';
import type { Notice } from './state.ts';

/** A way to tell people. */
export interface Channel {
  /** Small letters, digits and `-`; rules name channels by it. */
  readonly name: string;
  /** Nothing less is sent here. Default: everything is. */
  readonly least?: Severity | undefined;
  /**
   * Sends one notice, and returns when it was taken.
   *
   * @throws {ChannelError} or anything else: it is tried again later.
   */
  send(notice: Notice, signal: AbortSignal): Promise<void>;
}

/** What a {@link ChannelError} can say beside its message. */
export interface ChannelErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string | undefined;
  /** Milliseconds that the channel asks to be left alone. */
  readonly retryAfterMs?: number | undefined;
  /** It works, and does not want this notice: after some more tries the next one has its turn. */
  readonly isRefusal?: boolean | undefined;
}

/** `CHANNEL_FAILED`, with what is known of when to try again. Its message never has a secret. */
export class ChannelError extends OperationsError {
  readonly retryAfterMs: number | undefined;
  readonly isRefusal: boolean;

  constructor(message: string, { retryAfterMs, isRefusal = false, ...options }: ChannelErrorOptions = {}) {
    super('CHANNEL_FAILED', message, options);
    this.retryAfterMs = retryAfterMs;
    this.isRefusal = isRefusal;
  }
}
