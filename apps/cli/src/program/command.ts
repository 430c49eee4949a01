import type { Action } from '@x/operations/access';
import type { ShapeName } from '../output/shapes.ts';
import type { ExitCode } from '../process/exit-codes.ts';
import type { Context } from './context.ts';

/** An option of a command. */
export interface OptionDefinition {
  /** As in help: `--tag <word>`, `--dry-run`. */
  readonly flags: string;
  readonly description: string;
  /** May be given several times; its value is a list. */
  readonly repeatable?: true | undefined;
  /** Has to be given. */
  readonly required?: true | undefined;
  readonly choices?: readonly string[] | undefined;
  /** Checks and converts the text. @throws {CliError} `USAGE`. */
  readonly parse?: ((text: string) => unknown) | undefined;
}

/** An argument of a command: `<id>` has to be there, `[path...]` may be there any number of times. */
export interface ArgumentDefinition {
  readonly name: string;
  readonly description: string;
}

/** A call that help shows. */
export interface Example {
  readonly call: string;
  readonly does: string;
}

/** What a command was called with. */
export interface CommandInput {
  readonly arguments: readonly string[];
  /** By name in camel case, as the argument parser keeps them. */
  readonly options: object;
}

/** A command as data: the argument parser, help and the reference are made from it. */
export interface CommandDefinition {
  /** `['backup', 'create']`. */
  readonly path: readonly [string, ...string[]];
  /**
   * What whoever runs it has to be allowed to do, where the configuration says who may do what. `undefined` for what tells people of themselves
   * alone.
   */
  readonly action: Action | ((input: CommandInput) => Action | undefined);
  /**
   * For whose data that is asked: the tenant that `--tenant` names, else all (default); that of the configuration where none is named; that which the first
   * argument names; or the one that has the models.
   */
  readonly whose?: 'configured' | 'argument' | 'models' | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly summary: string;
  /** More, after the summary, in help. */
  readonly description?: string | undefined;
  readonly arguments?: readonly ArgumentDefinition[] | undefined;
  readonly options?: readonly OptionDefinition[] | undefined;
  readonly examples: readonly [Example, ...Example[]];
  /** Name of what `--json` prints, in the reference; `lines` for JSON Lines. */
  readonly output: {
    readonly shape: ShapeName;
    readonly lines?: true | undefined;
    /** With `--dry-run`, where that is something else. */
    readonly dryRun?: ShapeName | undefined;
  };
  /** Parses what the argument parser could not, calls the packages, renders. */
  readonly run: (context: Context, input: CommandInput) => Promise<ExitCode>;
}
