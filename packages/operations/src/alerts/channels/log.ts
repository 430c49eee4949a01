import { appendFile } from 'node:fs/promises';
import { type Channel, ChannelError } from '../channel.ts';
import type { Severity } from '../rule.ts';
import { bodyOf } from './webhook.ts';

/** Options of {@link logChannel}. */
export interface LogChannelOptions {
  readonly name: string;
  /** A file that gets a line of JSON for each notice, or what takes such lines. */
  readonly to: string | ((line: string) => void | Promise<void>);
  /** Nothing less is written. */
  readonly least?: Severity | undefined;
}

/** Writes notices as lines of JSON. */
export function logChannel({ name, to, least }: LogChannelOptions): Channel {
  return {
    name,
    least,
    send: async (notice) => {
      const line = JSON.stringify(bodyOf(notice));
      if (typeof to === 'function') return to(line);
      try {
        await appendFile(to, `${line}\n`, { mode: 0o600 });
      } catch (error) {
        const { code = 'an error' } = error as NodeJS.ErrnoException;
        throw new ChannelError(`Expected the channel ${name} to write to its file, got ${code}`);
      }
    },
  };
}
