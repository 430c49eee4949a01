export { commandOutput, commandSource } from './command-source.ts';
export type { CommandOutputOptions, CommandSourceOptions, PrintedOutput } from './command-source.ts';
export type { CommandInput, CommandOptions } from './command-options.ts';
export { dockerExec, local, ssh } from './executor.ts';
export type { CommandLine, DockerExecOptions, Executor, LocalCommand, SshOptions } from './executor.ts';
export { runCommand } from './run-command.ts';
export type { CommandResult } from './run-command.ts';
export { withHooks } from './with-hooks.ts';
