import type { Effective } from '../config/merge.ts';
import type { Environment } from '../config/locations.ts';
import type { ToldEvents } from './told-events.ts';
import type { Messages, MessageStream } from '../terminal/messages.ts';
import type { Output, OutputStream } from '../terminal/output.ts';
import type { Prompt } from '../terminal/prompt.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly config?: string | undefined;
  readonly repo?: string | undefined;
  readonly keyStore?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly identity?: string | undefined;
  readonly passphraseFile?: string | undefined;
  readonly recovery?: boolean | undefined;
  readonly recoveryCodeFile?: string | undefined;
  readonly verbose?: boolean | undefined;
  readonly debug?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color: boolean;
  readonly json?: boolean | undefined;
}

/** A command line that another one runs. */
export interface Call {
  /** Runs with the configuration and the options of the program that are in force for who calls. */
  readonly argv: readonly string[];
  readonly stdout: OutputStream;
  readonly stderr: MessageStream;
  readonly signal: AbortSignal;
}

/** Everything a command may use of the world. */
export interface Context {
  /** The module that worker threads start with. */
  readonly entry: URL;
  readonly globals: GlobalOptions;
  readonly env: Environment;
  readonly workingDirectory: string;
  /** Standard input. */
  readonly input: NodeJS.ReadStream;
  readonly output: Output;
  readonly messages: Messages;
  readonly prompt: Prompt;
  readonly signal: AbortSignal;
  /** Hears what packages tell, for the audit log and alerts. */
  readonly told: ToldEvents;
  /** Whether `--json` was given: one object (or JSON Lines) on standard output. */
  readonly json: boolean;
  /** The configuration in force, flags of the command included. @throws {CliError} `CONFIG_INVALID`, `CONFIG_NOT_FOUND`. */
  effective(): Promise<Effective>;
  /** Reads the configuration again; what was in force stays when it is wrong. @throws {CliError} as `effective`. */
  reread(): Promise<Effective>;
  /** Lets the command answer SIGHUP, which ends the program else. */
  readonly onHangup: (listener: () => void) => void;
  /** Runs another command line in this process. @returns Its exit code. */
  readonly call: (call: Call) => Promise<number>;
  /** Runs a step and says with `--debug` how long it took. */
  timed<T>(what: string, step: () => Promise<T>): Promise<T>;
}
