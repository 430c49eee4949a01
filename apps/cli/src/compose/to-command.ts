/** What a command line is given. */
export interface CommandFeed {
  /** Given to `sh`. */
  readonly line: string;
  readonly content: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/**
 * Gives content to a command line as its standard input. When that can't be read to its end, the command is killed: unlike behind a pipe, it
 * never takes a part for the whole.
 *
 * @returns What the command has printed.
 * @throws {BackupError} `COMMAND_FAILED`, `COMMAND_NOT_FOUND`; what the content throws.
 */
export async function feedCommand({ line, content, signal }: CommandFeed): Promise<Buffer> {
  const { runCommand } = await import('@x/backup-store/command');
  try {
    return (await runCommand({ command: 'sh', args: ['-c', line], stdin: () => content, signal })).stdout;
  } catch (error) {
    // A command that was ended because we end has not failed.
    signal.throwIfAborted();
    throw error;
  }
}
