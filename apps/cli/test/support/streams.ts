import { EventEmitter } from 'node:events';

/** A stream that keeps what is written to it. */
export interface RecordingStream extends EventEmitter {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly text: string;
  write(text: string, callback?: (error?: Error | null) => void): boolean;
}

/** Makes a {@link RecordingStream}; `failAfter` bytes it behaves like a pipe that nobody reads any more. */
export function recordingStream(
  options: { isTTY?: boolean; columns?: number; failAfter?: number } = {},
): RecordingStream {
  const { isTTY = false, columns, failAfter = Infinity } = options;
  return new (class extends EventEmitter implements RecordingStream {
    isTTY = isTTY;
    columns = columns;
    text = '';
    write(part: string, callback?: (error?: Error | null) => void): boolean {
      const broken = this.text.length >= failAfter;
      if (!broken) this.text += part;
      callback?.(broken ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null);
      return true;
    }
  })();
}
